import { newId } from "../lib/ids.ts";
import type { Log } from "../lib/log.ts";
import { messageOf } from "../lib/app-error.ts";
import { repeat } from "../lib/repeat.ts";
import type { Database, TransactionQuery } from "../storage/database.ts";
import { FIRST_HASH, hashEntry, hashLink } from "./ledger-chain.ts";
import { readHeadWithin, readLedgerKeysWithin, saveHead } from "./ledger-proof.store.ts";
import { headText, signatureProblem, type LedgerSigner } from "./ledger-signature.ts";
import { appendLedgerEntries, insertLinks, listUnsealedTenants, lockLedger, readLastLink, readUnsealed } from "./ledger.store.ts";
import { ledgerBroken } from "./observe.errors.ts";

/** What happened, without personal texts: ids, codes, hashes. `at` is ISO 8601 UTC. */
export type LedgerEntry = { id: string; kind: string; subjectId: string; caseId: string | null; actor: string; at: string; body: string };

export type LedgerInput = { kind: string; subjectId: string; caseId?: string | null; actor: string; at: Date; body: Record<string, unknown> };

export function makeLedgerEntry(input: LedgerInput): LedgerEntry {
  return { id: newId("led", input.at.getTime()), kind: input.kind, subjectId: input.subjectId, caseId: input.caseId ?? null, actor: input.actor, at: input.at.toISOString(), body: JSON.stringify(input.body) };
}

/** Appends in the caller's transaction, so that nothing happens unrecorded. */
export async function recordInLedger(query: TransactionQuery, tenantId: string, inputs: readonly LedgerInput[]): Promise<void> {
  await appendLedgerEntries(query, tenantId, inputs.map(makeLedgerEntry));
}

const BATCH = 2_000;

export type SealDeps = { database: Database; signer: LedgerSigner };

/**
 * Chains what was appended since the last time, and signs the new end. One sealer works on a tenant at a time (advisory
 * lock), so the chain is one line whatever number of processes write. Returns how many entries were chained.
 *
 * Throws: `observe.ledger_broken` when the chain's end is not the one that was signed: nothing is put on top of a chain that
 * was tampered with, what is recorded waits. What the signer throws: the same, what is recorded waits.
 */
export async function sealLedger({ database, signer }: SealDeps, tenantId: string): Promise<number> {
  return database.transaction(tenantId, async (query) => {
    if (!(await lockLedger(query, tenantId))) return 0;
    const entries = await readUnsealed(query, tenantId, BATCH);
    if (entries.length === 0) return 0;
    const last = await readLastLink(query, tenantId);
    await guardEnd(query, tenantId, last);
    let seq = last?.seq ?? 0;
    let previousHash = last?.hash ?? FIRST_HASH;
    const links = entries.map((entry) => {
      seq += 1;
      const link = { seq, entryId: entry.id, previousHash, entryHash: hashEntry(tenantId, entry) };
      const hash = hashLink(tenantId, link);
      previousHash = hash;
      return { ...link, hash };
    });
    await insertLinks(query, tenantId, links);
    const head = { seq, hash: previousHash, at: new Date().toISOString() };
    await saveHead(query, tenantId, { ...head, ...(await signer.sign(tenantId, headText(tenantId, head))) });
    return links.length;
  });
}

/** The chain must end where its signed head says. A chain from before heads were signed has none. */
async function guardEnd(query: TransactionQuery, tenantId: string, last: { seq: number; hash: string; isOld: boolean } | null): Promise<void> {
  const head = await readHeadWithin(query, tenantId);
  if (head === null && (last === null || last.isOld)) return;
  if (head === null || last === null) throw ledgerBroken({ message: head === null ? "The signed end of the ledger's chain is gone." : "The ledger's chain is gone; its signed end is still there." });
  const problem = head.seq !== last.seq || head.hash !== last.hash ? `it ends at link ${last.seq}` : signatureProblem(await readLedgerKeysWithin(query, tenantId), headText(tenantId, head), head);
  if (problem !== null) throw ledgerBroken({ message: `The ledger's chain does not end where it was signed (link ${head.seq}): ${problem}. Nothing more is chained; see \`baton ledger verify\`, and restore the ledger from a backup.` });
}

/** Seals all tenants every `everyMs`; the returned function seals once more and stops. */
export function startSealer(deps: SealDeps & { log: Log }, everyMs = 250): () => Promise<void> {
  let isWarned = false;
  const round = async () => {
    try {
      let isWell = true;
      for (const tenantId of await listUnsealedTenants(deps.database)) isWell = (await sealAll(deps, tenantId, isWarned)) && isWell;
      isWarned = !isWell;
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

/** One tenant's trouble keeps no other waiting. False: there was some. */
async function sealAll(deps: SealDeps & { log: Log }, tenantId: string, isWarned: boolean): Promise<boolean> {
  try {
    while ((await sealLedger(deps, tenantId)) === BATCH);
    return true;
  } catch (error) {
    if (!isWarned) deps.log.error("observe.sealing_failed", { tenantId, error: messageOf(error) });
    return false;
  }
}
