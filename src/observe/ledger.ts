import { hash } from "node:crypto";
import { newId } from "../lib/ids.ts";
import type { Log } from "../lib/log.ts";
import { messageOf } from "../lib/app-error.ts";
import { repeat } from "../lib/repeat.ts";
import type { Database, TransactionQuery } from "../storage/database.ts";
import { appendLedgerEntries, listUnsealedTenants, readLedgerPage, readUnsealed, insertLinks, lockLedger, readLastLink, countLateUnsealed } from "./ledger.store.ts";

/** What happened, without personal texts: ids, codes, hashes. `at` is ISO 8601 UTC. */
export type LedgerEntry = { id: string; kind: string; subjectId: string; caseId: string | null; actor: string; at: string; body: string };

export type LedgerInput = { kind: string; subjectId: string; caseId?: string | null; actor: string; at: Date; body: Record<string, unknown> };

const FIRST_HASH = "0".repeat(64);

export function makeLedgerEntry(input: LedgerInput): LedgerEntry {
  return { id: newId("led", input.at.getTime()), kind: input.kind, subjectId: input.subjectId, caseId: input.caseId ?? null, actor: input.actor, at: input.at.toISOString(), body: JSON.stringify(input.body) };
}

/** Appends in the caller's transaction, so that nothing happens unrecorded. */
export async function recordInLedger(query: TransactionQuery, tenantId: string, inputs: readonly LedgerInput[]): Promise<void> {
  await appendLedgerEntries(query, tenantId, inputs.map(makeLedgerEntry));
}

/** SHA-256 over the previous hash and every field of the entry, each with its length in front. */
export function hashEntry(previousHash: string, seq: number, entry: LedgerEntry): string {
  const parts = [previousHash, String(seq), entry.id, entry.kind, entry.subjectId, entry.caseId ?? "", entry.actor, entry.at, entry.body];
  // In one go: an object and nine calls an entry would hold the process for a while where a thousand entries are chained.
  return hash("sha256", parts.map((part) => `${Buffer.byteLength(part)}:${part}`).join(""));
}

const BATCH = 2_000;

/**
 * Chains what was appended since the last time. One sealer works on a tenant at a time (advisory lock), so the chain is
 * one line whatever number of processes write. Returns how many entries were chained.
 */
export async function sealLedger(database: Database, tenantId: string): Promise<number> {
  return database.transaction(tenantId, async (query) => {
    if (!(await lockLedger(query, tenantId))) return 0;
    const entries = await readUnsealed(query, tenantId, BATCH);
    if (entries.length === 0) return 0;
    const last = await readLastLink(query, tenantId);
    let seq = last?.seq ?? 0;
    let previous = last?.hash ?? FIRST_HASH;
    const links = entries.map((entry) => {
      seq += 1;
      const link = { seq, entryId: entry.id, previousHash: previous, hash: hashEntry(previous, seq, entry) };
      previous = link.hash;
      return link;
    });
    await insertLinks(query, tenantId, links);
    return links.length;
  });
}

/** Seals all tenants every `everyMs`; the returned function seals once more and stops. */
export function startSealer(deps: { database: Database; log: Log }, everyMs = 250): () => Promise<void> {
  let isWarned = false;
  const round = async () => {
    try {
      for (const tenantId of await listUnsealedTenants(deps.database)) while ((await sealLedger(deps.database, tenantId)) === BATCH);
      isWarned = false;
    } catch (error) {
      // Once for each time it is away, not four times a second.
      if (!isWarned) deps.log.warn("observe.sealing_failed", { error: messageOf(error) });
      isWarned = true;
    }
  };
  const sealing = repeat(round, { everyMs, waitsFirst: false, log: deps.log, failure: "observe.sealing_failed" });
  return async () => {
    await sealing.stop();
    await round();
  };
}

export type LedgerVerdict = { ok: boolean; checked: number; problems: string[] };

/** Walks the whole chain and recomputes every hash; `problems` names each broken place. Entries younger than a minute may be unchained. */
export async function verifyLedger(database: Database, tenantId: string, onProgress: (checked: number) => void = () => {}): Promise<LedgerVerdict> {
  const problems: string[] = [];
  let previous = FIRST_HASH;
  let checked = 0;
  for (;;) {
    const page = await readLedgerPage(database, tenantId, checked, BATCH);
    for (const { seq, entryId, previousHash, hash, entry } of page) {
      checked += 1;
      if (seq !== checked) problems.push(`link ${checked} is missing (found ${seq})`);
      if (previousHash !== previous) problems.push(`link ${seq} does not follow the one before it`);
      if (entry === null) problems.push(`entry ${entryId} of link ${seq} is gone`);
      else if (hashEntry(previousHash, seq, entry) !== hash) problems.push(`entry ${entryId} of link ${seq} was changed`);
      previous = hash;
      if (seq !== checked || problems.length >= 100) return { ok: false, checked, problems };
    }
    onProgress(checked);
    if (page.length < BATCH) break;
  }
  const late = await countLateUnsealed(database, tenantId);
  if (late > 0) problems.push(`${late} entries older than a minute are not chained`);
  return { ok: problems.length === 0, checked, problems };
}
