import type { Clock } from "../lib/clock.ts";
import type { Database } from "../storage/database.ts";
import { ANCHORED_KIND } from "./ledger-chain.ts";
import { insertAnchor, readAnchor, readHeadWithin } from "./ledger-proof.store.ts";
import { anchorText, type LedgerAnchor, type LedgerSigner } from "./ledger-signature.ts";
import { recordInLedger } from "./ledger.ts";

export type AnchorDeps = { database: Database; clock: Clock; signer: LedgerSigner };

/**
 * Signs where the chain ends today, once a day (UTC), and writes that into the ledger itself. Null: there is nothing in it yet.
 *
 * Replay: a day that has its anchor answers with it. Throws what the signer throws.
 */
export async function anchorLedger({ database, clock, signer }: AnchorDeps, tenantId: string): Promise<LedgerAnchor | null> {
  const at = new Date(clock.nowMs());
  const day = at.toISOString().slice(0, 10);
  return database.transaction(tenantId, async (query) => {
    const known = await readAnchor(query, tenantId, day);
    if (known !== null) return known;
    const head = await readHeadWithin(query, tenantId);
    if (head === null) return null;
    const end = { day, seq: head.seq, hash: head.hash, at: at.toISOString() };
    const anchor = { ...end, ...(await signer.sign(tenantId, anchorText(tenantId, end))) };
    if (!(await insertAnchor(query, tenantId, anchor))) return readAnchor(query, tenantId, day);
    await recordInLedger(query, tenantId, [{ kind: ANCHORED_KIND, subjectId: day, actor: "baton", at, body: anchor }]);
    return anchor;
  });
}
