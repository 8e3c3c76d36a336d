import { readActorNames } from "../../identity/actor-names.store.ts";
import { isRecord } from "../../lib/is-record.ts";
import { parseJson } from "../../lib/parse-json.ts";
import { sha256 } from "../../lib/sha256.ts";
import type { AccountStep, CaseAccountView } from "../../shapes/privacy.ts";
import type { Database } from "../../storage/database.ts";
import { listCaseEntries, readCallArguments, readCase, readMessages, readRuns, type EntryRow, type MessageRow, type RunRow } from "./account.store.ts";
import { factsOf, sentenceOf, valueOf, type Fact } from "./account-words.ts";

const MOST_ENTRIES = 1_000;

type Read = { entry: EntryRow; body: Record<string, unknown> };
type Known = { names: ReadonlyMap<string, string>; messages: ReadonlyMap<string, MessageRow>; calls: ReadonlyMap<string, Record<string, unknown>>; runs: ReadonlyMap<string, RunRow>; assistantName: string };

/**
 * Why a case went as it did, out of its ledger: who did what, by which rule, passage, model and version. Texts are added where
 * they are still stored, and held against the hash that was recorded. Null: nothing is known of such a case.
 */
export async function explainCase(deps: { database: Database; assistantName: string }, tenantId: string, caseId: string): Promise<CaseAccountView | null> {
  const { database } = deps;
  const [found, entries] = await Promise.all([readCase(database, tenantId, caseId), listCaseEntries(database, tenantId, caseId, MOST_ENTRIES + 1)]);
  if (found === null && entries.length === 0) return null;
  const read = entries.slice(0, MOST_ENTRIES).map((entry): Read => {
    const body = parseJson(entry.body);
    return { entry, body: isRecord(body) ? body : {} };
  });
  const known = await readKnown(deps, tenantId, read);
  const isCut = entries.length > MOST_ENTRIES;
  const steps = read.flatMap((each) => stepsOf(each, known));
  if (found === null) return { caseId, conversationId: null, contactId: null, contactName: null, subject: null, status: "forgotten", openedAt: null, resolvedAt: null, isHeld: false, isCut, steps };
  return { caseId, ...found, isCut, steps };
}

async function readKnown({ database, assistantName }: { database: Database; assistantName: string }, tenantId: string, read: readonly Read[]): Promise<Known> {
  const idsOf = (...names: string[]) => [...new Set(read.flatMap(({ body }) => names.flatMap((name) => listOf(body[name]))))];
  const people = [...new Set(read.flatMap(({ entry, body }) => [entry.actor, ...listOf(body["approvedBy"])]))];
  const [names, messages, calls, runs] = await Promise.all([
    readActorNames(database, tenantId, people), readMessages(database, tenantId, idsOf("replyId", "messageIds", "messageId")), readCallArguments(database, tenantId, idsOf("callId")), readRuns(database, tenantId, idsOf("runId")),
  ]);
  return {
    assistantName, names: new Map(names.map(({ actor, name }) => [actor, name])), messages: new Map(messages.map((each) => [each.id, each])),
    calls: new Map(calls.map((each) => [each.id, each.arguments])), runs: new Map(runs.map((each) => [each.id, each])),
  };
}

function listOf(value: unknown): string[] {
  return (Array.isArray(value) ? value : [value]).filter((each) => typeof each === "string");
}

/** A turn is told from what the contact wrote; everything else is one step. */
function stepsOf({ entry, body }: Read, known: Known): AccountStep[] {
  const base = { seq: entry.seq, at: entry.at, kind: entry.kind, entryId: entry.id, turnId: listOf(body["turnId"])[0] ?? null };
  const asked = entry.kind === "turn.replied" || entry.kind === "turn.proposed" ? listOf(body["messageIds"]).map((id) => askedStep(base, known.messages.get(id))) : [];
  const said = saidBy(body, known);
  return [...asked, { ...base, who: whoIs(entry.actor, known), what: sentenceOf(entry.kind, body), ...said, facts: [...passagesOf(body, known), ...runOf(body, known), ...argumentsOf(body, known), ...factsOf(named(body, known))] }];
}

function askedStep(base: Pick<AccountStep, "seq" | "at" | "kind" | "entryId" | "turnId">, message: MessageRow | undefined): AccountStep {
  return { ...base, turnId: null, who: message?.authorName ?? "The contact", what: message === undefined ? "wrote a message, which is no longer stored" : "wrote", said: message?.body ?? null, isProven: null, facts: [] };
}

/** The text that went out, when it is still there; proven when it is the one that was recorded. */
function saidBy(body: Record<string, unknown>, known: Known): Pick<AccountStep, "said" | "isProven"> {
  const id = listOf(body["replyId"])[0] ?? listOf(body["messageId"])[0];
  const message = id === undefined ? undefined : known.messages.get(id);
  if (message === undefined) return { said: null, isProven: null };
  const recorded = body["replySha256"] ?? body["sha256"];
  return { said: message.body, isProven: typeof recorded === "string" ? sha256(message.body) === recorded : null };
}

/** What the answer stands on: the passages it quotes, else the headings that were recorded. */
function passagesOf(body: Record<string, unknown>, known: Known): Fact[] {
  const quoted = known.messages.get(listOf(body["replyId"])[0] ?? "")?.citations ?? [];
  if (quoted.length > 0) return quoted.map(({ title, heading, quote }) => ({ name: "passage", value: `${title}${heading === "" || heading === title ? "" : ` › ${heading}`}: “${quote}”` }));
  const sources = Array.isArray(body["sources"]) ? body["sources"].filter(isRecord) : [];
  return sources.map((source) => ({ name: "passage", value: `${String(source["heading"] ?? "")} (${String(source["documentId"] ?? "")})` }));
}

function runOf(body: Record<string, unknown>, known: Known): Fact[] {
  const run = known.runs.get(listOf(body["runId"])[0] ?? "");
  return run === undefined ? [] : [{ name: "workflow version", value: `${run.name} ${run.version} (${run.hash.slice(0, 12)})` }];
}

function argumentsOf(body: Record<string, unknown>, known: Known): Fact[] {
  const given = known.calls.get(listOf(body["callId"])[0] ?? "");
  return given === undefined || Object.keys(given).length === 0 ? [] : [{ name: "called with", value: valueOf(given) }];
}

function named(body: Record<string, unknown>, known: Known): Record<string, unknown> {
  return "approvedBy" in body ? { ...body, approvedBy: listOf(body["approvedBy"]).map((actor) => whoIs(actor, known)) } : body;
}

function whoIs(actor: string, known: Known): string {
  const name = known.names.get(actor);
  if (name !== undefined) return name;
  if (actor === "ai:assistant" || actor === "AiAgent:assistant") return known.assistantName;
  if (actor === "baton") return "Baton";
  if (actor.startsWith("workflow:")) return `The workflow ${actor.slice("workflow:".length)}`;
  if (actor.startsWith("contact:")) return "The contact";
  return actor;
}
