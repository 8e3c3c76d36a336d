import { hash } from "node:crypto";

/** An entry as it is stored. `at`: ISO 8601 UTC in microseconds, so that no change of it escapes. `salt` null: from before hashes were salted. */
export type StoredEntry = { id: string; salt: string | null; kind: string; subjectId: string; caseId: string | null; actor: string; at: string; body: string };

/** A link of the chain. `entryHash` null: from before, its hash is over the entry itself. `entry` null: there is no such entry any more. */
export type StoredLink = { seq: number; entryId: string; previousHash: string; hash: string; entryHash: string | null; entry: StoredEntry | null };

export const FIRST_HASH = "0".repeat(64);

/** What was taken out under the rules of retention; its body is `{ ranges: [[from, to], …] }` in numbers of links. */
export const REMOVED_KIND = "ledger.contents_removed";
/** A signed head was kept outside; its body is the anchor. */
export const ANCHORED_KIND = "ledger.anchored";

/** SHA-256 over a list of fields as JSON: one text for one list, whatever stands in the fields. */
function hashFields(fields: readonly (string | number | null)[]): string {
  return hash("sha256", JSON.stringify(fields));
}

/** Of the entry alone. Salted, so that whoever holds the hash cannot try out what the entry may have been. */
export function hashEntry(tenantId: string, entry: StoredEntry): string {
  return hashFields(["baton.ledger.entry", tenantId, entry.id, entry.salt, entry.kind, entry.subjectId, entry.caseId, entry.actor, entry.at, entry.body]);
}

export function hashLink(tenantId: string, link: { seq: number; previousHash: string; entryId: string; entryHash: string }): string {
  return hashFields(["baton.ledger.link", tenantId, link.seq, link.previousHash, link.entryId, link.entryHash]);
}

/** The hash of links from before `entryHash`: over the previous hash and every field of the entry, each with its length in front. Null for what such an entry never was. */
export function hashOldLink(previousHash: string, seq: number, entry: StoredEntry): string | null {
  if (entry.salt !== null || entry.caseId === "" || !entry.at.endsWith("000Z")) return null;
  const parts = [previousHash, String(seq), entry.id, entry.kind, entry.subjectId, entry.caseId ?? "", entry.actor, `${entry.at.slice(0, -"000Z".length)}Z`, entry.body];
  return hash("sha256", parts.map((part) => `${Buffer.byteLength(part)}:${part}`).join(""));
}
