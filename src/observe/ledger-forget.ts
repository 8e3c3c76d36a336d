import type { Database, TransactionQuery } from "../storage/database.ts";
import { REMOVED_KIND } from "./ledger-chain.ts";
import { forgetEntries, listForgettable } from "./ledger-proof.store.ts";
import { recordInLedger } from "./ledger.ts";

/**
 * Takes the contents of old entries out of the ledger, and says in the ledger which. Their links stay, so that the chain
 * goes on to verify. What is held stays; so does what is younger than 30 days, whatever the rule says.
 *
 * `lock`: keeps holds from being placed meanwhile. Returns how many went; fewer than `limit`: there are no more. Replay: what is gone is not there a second time.
 */
export async function forgetContents(database: Database, tenantId: string, given: { before: Date; limit: number; by: string; at: Date; lock(query: TransactionQuery): Promise<void> }): Promise<number> {
  return database.transaction(tenantId, async (query) => {
    await given.lock(query);
    const found = await listForgettable(query, tenantId, given.before, given.limit);
    if (found.length === 0) return 0;
    const gone = await forgetEntries(query, tenantId, found.map(({ id }) => id));
    if (gone !== found.length) throw new Error(`${found.length} entries were to go from the ledger, ${gone} went`);
    await recordInLedger(query, tenantId, [{ kind: REMOVED_KIND, subjectId: tenantId, actor: given.by, at: given.at, body: { before: given.before.toISOString(), entries: gone, ranges: toRanges(found.map(({ seq }) => seq)) } }]);
    return gone;
  });
}

/** Ascending numbers as runs, first and last. */
function toRanges(numbers: readonly number[]): [number, number][] {
  const ranges: [number, number][] = [];
  for (const each of numbers) {
    const run = ranges.at(-1);
    if (run !== undefined && run[1] === each - 1) run[1] = each;
    else ranges.push([each, each]);
  }
  return ranges;
}
