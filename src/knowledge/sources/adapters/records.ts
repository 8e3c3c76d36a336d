import { z } from "zod";
import { canonicalJson } from "../../../lib/canonical-json.ts";
import { isRecord } from "../../../lib/is-record.ts";
import { sha256 } from "../../../lib/sha256.ts";
import { namesInTalk } from "../../names-in-talk.ts";
import { sourceInvalid } from "../../knowledge.errors.ts";
import { defineSourceKind, type Fetched, type SourceContent, type SourceDeps, type SourceItem } from "../source-kind.ts";

const path = z.string().min(1).max(200);
const settings = z.strictObject({
  tool: z.string().min(1).max(120).describe("One of the workspace's tools that reads and gives a list: an SQL query, a connector's operation."),
  arguments: z.record(z.string(), z.unknown()).default({}),
  page: z.strictObject({ argument: z.string().min(1).max(60), from: path.optional().describe("Member of the last record that the next page begins behind; without it pages are counted from 1.") }).optional().describe("How the next page is asked for."),
  each: z.strictObject({ tool: z.string().min(1).max(120), argument: z.string().min(1).max(60) }).optional().describe("A tool that reads by a record's id what the list does not give; a list of it is `records` (`records.plain_body`)."),
  only: z.strictObject({ member: path, values: z.array(z.union([z.string(), z.number(), z.boolean()])).min(1).max(50) }).optional().describe("Records whose member has one of these values; the others are left out."),
  fields: z.strictObject({
    id: path, title: path, body: z.array(path).min(1).max(20).describe("Members whose texts are the document, in this order; `comments.body` takes that member of each in the list."),
    updatedAt: path.optional(), uri: path.optional(), language: path.optional(), product: path.optional(), brand: path.optional(),
    names: z.array(path).max(20).default(["requester.name", "requester_name", "customer.name", "contact.name", "sender.name", "author.name", "meta.sender.name"]).describe("Members that name the people a record is about, taken out of its texts by `redact`."),
  }),
  redact: z.boolean().default(false).describe("Takes addresses, numbers and names out before anything is stored: names that the record has (`fields.names`), and those that its texts greet or are signed with; needed for tickets."),
  maxRecords: z.number().int().min(1).max(100_000).default(10_000),
});
type RecordSettings = z.output<typeof settings>;
type Row = Record<string, unknown>;

/**
 * Records of a business system as documents, by the workspace's own tools: articles of a help centre, solved tickets, rows of a query.
 * With `redact` nothing is stored, not even for the length of the sync, that has not been redacted.
 */
export const recordsKind = defineSourceKind({
  kind: "records", concurrency: 2, removals: "guarded", settings,
  open({ tenantId, settings: given }, deps) {
    return Promise.resolve({
      maxItems: given.maxRecords,
      list: (cursor, signal) => listPage(tenantId, given, deps, cursor, signal),
      async fetch(item, signal): Promise<Fetched> {
        const listed: unknown = JSON.parse(String(item.details?.["record"] ?? "{}"));
        const record = { ...(isRecord(listed) ? listed : {}), ...(await readOne(tenantId, given, deps, String(item.details?.["id"] ?? ""), signal)) };
        const names = namesIn(given, record);
        const hidden = given.redact ? { redact: (text: string) => redactText(text, deps, [...names, ...namesInTalk([text])]) } : {};
        return { kind: "taken", content: { ...contentOf(given, record), ...hidden }, fingerprint: item.fingerprint };
      },
      [Symbol.asyncDispose]: () => Promise.resolve(),
    });
  },
});

async function listPage(tenantId: string, given: RecordSettings, deps: SourceDeps, cursor: string | null, signal: AbortSignal): Promise<{ items: SourceItem[]; next: string | null }> {
  const argument = given.page === undefined ? {} : cursor !== null ? { [given.page.argument]: numberOrText(cursor) } : given.page.from === undefined ? { [given.page.argument]: 1 } : {};
  const { records, isCut } = await deps.readRecords({ tenantId, tool: given.tool, arguments: { ...given.arguments, ...argument } }, signal);
  if (isCut && given.page === undefined) throw sourceInvalid({ message: `"${given.tool}" gives a part of its list only: say by "page" how the rest is asked for, or let it give more.` });
  const items = records.filter((record) => isWanted(given, record)).map((record) => itemOf(given, deps, record));
  const last = records.at(-1);
  if (given.page === undefined || last === undefined) return { items, next: null };
  const next = given.page.from === undefined ? String(Number(cursor ?? 1) + 1) : textAt(last, given.page.from);
  if (next === cursor) throw sourceInvalid({ message: `The pages of "${given.tool}" do not go on: "${given.page.from ?? given.page.argument}" stays ${next ?? "empty"}.` });
  return { items, next: next === "" ? null : next };
}

function isWanted({ only }: RecordSettings, record: Row): boolean {
  return only === undefined || textsAt(record, only.member).some((text) => only.values.some((value) => String(value) === text));
}

/** What the list gave is kept with the item, so that the record need not be found again. */
function itemOf(given: RecordSettings, deps: SourceDeps, record: Row): SourceItem {
  const id = textAt(record, given.fields.id);
  if (id === "") throw sourceInvalid({ message: `A record of "${given.tool}" has no "${given.fields.id}".` });
  const used = [given.fields.title, ...given.fields.body, given.fields.updatedAt, given.fields.language, given.fields.product, given.fields.brand].flatMap((each) => each?.split(".")[0] ?? []);
  const kept = Object.fromEntries([...new Set(used)].map((name) => [name, record[name]]));
  const plain = given.redact ? Object.fromEntries(Object.entries(kept).map(([name, value]) => [name, name === given.fields.updatedAt ? value : redacted(value, deps, namesIn(given, record))])) : kept;
  const isPublic = (text: string) => !given.redact || redactText(text, deps, namesIn(given, record)) === text;
  const uri = given.fields.uri === undefined ? "" : textAt(record, given.fields.uri);
  // A record that is read by itself may change where the list does not show it, unless the list says when.
  const isKnown = given.each === undefined || given.fields.updatedAt !== undefined;
  // An id or an address that names somebody is not kept; the id only where the record is read by it, for the length of the sync.
  const item = isPublic(id) ? id : sha256(id).slice(0, 32);
  return { item, uri: uri === "" || !isPublic(uri) ? null : uri, fingerprint: isKnown ? sha256(canonicalJson({ kept, given })) : null, details: { id: given.each === undefined ? item : id, record: JSON.stringify(plain).replaceAll("\\u0000", "") } };
}

async function readOne(tenantId: string, given: RecordSettings, deps: SourceDeps, id: string, signal: AbortSignal): Promise<Row> {
  if (given.each === undefined) return {};
  const { records } = await deps.readRecords({ tenantId, tool: given.each.tool, arguments: { [given.each.argument]: numberOrText(id) } }, signal);
  const record = { ...(records.length === 1 ? records[0] : {}), records };
  return given.redact ? Object.fromEntries(Object.entries(record).map(([name, value]) => [name, redacted(value, deps, namesIn(given, { ...record, records }))])) : record;
}

function contentOf({ fields }: RecordSettings, record: Row): SourceContent {
  const optional = (place: string | undefined) => (place === undefined ? null : textAt(record, place) || null);
  const updated = timeOf(optional(fields.updatedAt) ?? "");
  const parts = fields.body.flatMap((each) => textsAt(record, each)).map((text) => text.trim()).filter((text) => text !== "");
  return { kind: "record", title: textAt(record, fields.title), ...joinParts(parts), language: optional(fields.language), updatedAt: Number.isNaN(updated) ? null : new Date(updated).toISOString(), product: optional(fields.product), brand: optional(fields.brand) };
}

/** ISO 8601, or seconds since the epoch; NaN: neither. */
function timeOf(text: string): number {
  return /^\d{9,11}$/.test(text) ? Number(text) * 1_000 : Date.parse(text);
}

const HTML = /<(p|div|br|ul|ol|li|h[1-6]|table|span|strong|em|a)\b[^>]*>/i;

/** Help centres keep HTML, tickets plain text; where one part is HTML, all of it is read as such. */
function joinParts(parts: readonly string[]): { body: string; isHtml: boolean } {
  if (!parts.some((part) => HTML.test(part))) return { body: parts.join("\n\n"), isHtml: false };
  const escaped = (text: string) => text.replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/\n/g, "<br>");
  return { body: parts.map((part) => (HTML.test(part) ? part : `<p>${escaped(part)}</p>`)).join("\n"), isHtml: true };
}

function redacted(value: unknown, deps: SourceDeps, names: readonly string[]): unknown {
  if (typeof value === "string") return redactText(value, deps, names);
  if (Array.isArray(value)) return value.map((each) => redacted(each, deps, names));
  return isRecord(value) ? Object.fromEntries(Object.entries(value).map(([name, each]) => [name, redacted(each, deps, names)])) : value;
}

/** Whom a record is about, as it is given: by its members, and as its texts greet them. Whole names and their parts. */
function namesIn({ fields, redact }: RecordSettings, record: Row): string[] {
  if (!redact) return [];
  const places = [...fields.names, ...fields.names.map((place) => `records.${place}`)];
  const named = places.flatMap((place) => textsAt(record, place)).flatMap((name) => [name, ...name.split(/\s+/)]).filter((name) => name.length > 2);
  const texts = [fields.title, ...fields.body].flatMap((place) => textsAt(record, place)).map((text) => plainOf(text).replace(/<[^>]*>/g, "\n"));
  return [...new Set([...named, ...namesInTalk(texts)])];
}

function redactText(text: string, deps: SourceDeps, names: readonly string[]): string {
  return deps.redact(plainOf(text), names);
}

/** Letters, digits and spaces that are written as HTML writes signs, as themselves, but for what would make a mark-up of a text. */
function plainOf(text: string): string {
  return text.replace(/&#(x[0-9a-f]{1,6}|\d{1,7});/gi, (written, code: string) => {
    const point = /^x/i.test(code) ? Number.parseInt(code.slice(1), 16) : Number(code);
    return point > 31 && point <= 0x10_ff_ff && !"<>&\"'".includes(String.fromCodePoint(point)) ? String.fromCodePoint(point) : written;
  }).replace(/&nbsp;|[\u00a0\u202f\u2007]/gi, " ").replace(/&commat;/gi, "@").replace(/&period;/gi, ".").replace(/&plus;/gi, "+").replace(/&(?:shy|zwnj|zwj);|[\u00ad\u200b-\u200d]/gi, "");
}

function textAt(record: Row, place: string): string {
  return textsAt(record, place)[0] ?? "";
}

function textsAt(value: unknown, place: string): string[] {
  if (Array.isArray(value)) return value.flatMap((each) => textsAt(each, place));
  if (place === "") return typeof value === "string" ? [value] : typeof value === "number" || typeof value === "boolean" ? [String(value)] : [];
  const [first = "", ...rest] = place.split(".");
  return isRecord(value) ? textsAt(value[first], rest.join(".")) : [];
}

function numberOrText(text: string): string | number {
  return /^\d{1,15}$/.test(text) ? Number(text) : text;
}
