import { z } from "zod";
import { parseJson } from "../lib/parse-json.ts";
import type { Database } from "../storage/database.ts";
import { anchorShape, beginCheck, checkAnchor, checkHead, checkLink, checkOwnAnchors, checkOwnKeys, endCheck, type LedgerCheck, type LedgerVerdict } from "./ledger-check.ts";
import { readAnchors, readHead, readLedgerKeys } from "./ledger-proof.store.ts";
import type { LedgerAnchor, SignedHead } from "./ledger-signature.ts";
import type { KnownOutside } from "./ledger-verify.ts";
import { readLedgerPage } from "./ledger.store.ts";
import { ledgerFileInvalid } from "./observe.errors.ts";

/**
 * A ledger as JSON lines, for whoever checks it without a database: a line about the ledger (with public keys and anchors),
 * one a link in the order of the chain, one with the signed end.
 */
const entry = z.strictObject({ id: z.string(), salt: z.string().nullable(), kind: z.string(), subjectId: z.string(), caseId: z.string().nullable(), actor: z.string(), at: z.string(), body: z.string() });
const firstLine = z.strictObject({ type: z.literal("ledger"), format: z.literal(1), tenantId: z.string(), exportedAt: z.string(), keys: z.array(z.strictObject({ id: z.string(), publicKey: z.string() })), anchors: z.array(anchorShape) });
const linkLine = z.strictObject({ type: z.literal("link"), seq: z.number().int(), entryId: z.string(), previousHash: z.string(), hash: z.string(), entryHash: z.string().nullable(), entry: entry.nullable() });
const headShape = z.strictObject({ seq: z.number().int(), hash: z.string(), at: z.string(), keyId: z.string(), signature: z.string() });
const lastLine = z.strictObject({ type: z.literal("end"), head: headShape.nullable() });

const PAGE = 1_000;

/** The lines of a tenant's ledger, as it is when it is read. */
export async function* exportLedger(database: Database, tenantId: string, at: Date): AsyncGenerator<string> {
  // First of all: what is sealed while the links are read is after this end, and not in the file.
  const head = await readHead(database, tenantId);
  const end = head?.seq ?? Number.MAX_SAFE_INTEGER;
  const anchors = (await readAnchors(database, tenantId)).filter(({ seq }) => seq <= end);
  yield line({ type: "ledger", format: 1, tenantId, exportedAt: at.toISOString(), keys: await readLedgerKeys(database, tenantId), anchors });
  for (let seq = 0; ; ) {
    const page = (await readLedgerPage(database, tenantId, seq, PAGE)).filter((link) => link.seq <= end);
    for (const link of page) yield line({ type: "link", ...link });
    const last = page.at(-1);
    if (last === undefined || page.length < PAGE) break;
    seq = last.seq;
  }
  yield line({ type: "end", head });
}

function line(value: unknown): string {
  return `${JSON.stringify(value)}\n`;
}

/**
 * Checks an exported ledger by itself. `outside.keys`: the public keys that are trusted in place of those in the file, which
 * whoever forges a file can write into it.
 *
 * Throws `observe.ledger_file_invalid` for a file that does not begin as one; everything after that is a problem of the verdict.
 */
export async function verifyLedgerFile(lines: AsyncIterable<string>, onProgress: (checked: number) => void = () => {}, outside: KnownOutside = {}): Promise<LedgerVerdict & { tenantId: string }> {
  let begun: { check: LedgerCheck; anchors: readonly LedgerAnchor[] } | null = null;
  let end: { head: SignedHead | null } | null = null;
  for await (const text of lines) {
    if (text === "") continue;
    if (begun === null) {
      begun = begin(text, outside);
      continue;
    }
    const { check } = begun;
    const last = lastLine.safeParse(parseJson(text));
    if (end !== null) check.problems.push("there is more after the end of the ledger");
    else if (last.success) end = last.data;
    else if (!readLink(check, text)) break;
    if (check.checked % PAGE === 0) onProgress(check.checked);
    if (check.problems.length > 0 && end !== null) break;
  }
  if (begun === null) throw ledgerFileInvalid({ message: "The file is empty." });
  const { check, anchors } = begun;
  if (check.problems.length === 0 || end !== null) {
    if (end === null) check.problems.push(`the file ends after link ${check.checked}, before its end`);
    else checkHead(check, end.head);
    checkOwnAnchors(check, anchors);
    for (const anchor of outside.anchors ?? []) if (anchor.seq <= check.checked) checkAnchor(check, anchor, "kept outside");
  }
  return { tenantId: check.tenantId, ...endCheck(check) };
}

function begin(text: string, outside: KnownOutside): { check: LedgerCheck; anchors: readonly LedgerAnchor[] } {
  const first = firstLine.safeParse(parseJson(text));
  if (!first.success) throw ledgerFileInvalid({ message: "The file does not begin as an exported ledger does: make one by `baton ledger export`." });
  const { tenantId, keys, anchors } = first.data;
  const check = beginCheck(tenantId, outside.keys ?? keys, [...anchors, ...(outside.anchors ?? [])]);
  checkOwnKeys(check, keys);
  return { check, anchors };
}

function readLink(check: LedgerCheck, text: string): boolean {
  const read = linkLine.safeParse(parseJson(text));
  if (read.success) return checkLink(check, read.data);
  check.problems.push(`the line after link ${check.checked} cannot be read`);
  return false;
}
