import type { Clock } from "../../lib/clock.ts";
import type { Log } from "../../lib/log.ts";
import { repeat } from "../../lib/repeat.ts";
import { recordInLedger } from "../../observe/ledger.ts";
import type { Database } from "../../storage/database.ts";
import { claimPrune, deleteOrphans, deleteRows, listPrunable } from "./prune.store.ts";
import { lockKnowledge } from "./version.store.ts";

export type PruneDeps = { database: Database; clock: Clock };

/** `documents`: versions of documents, not documents; `bytes` of their texts. */
export type PruneOutcome = { documents: number; chunks: number; bytes: number };

const DAY_MS = 86_400_000;
const BATCH = 500;
const MOST_ROWS = 100_000;
const LOOK_EVERY_MS = 600_000;

/**
 * Forgets what has not been served for `keepDays`: versions of documents, their chunks and vectors. What a snapshot holds stays, and so
 * does what a stored reply quotes. Unnamed versions before it can then not be shown, compared or gone back to; the index is not touched.
 *
 * `isDry`: only says how much it would be (chunks are then 0). At most 100,000 versions of documents at a time, the oldest first.
 * Replay: the second time there is nothing left to forget.
 */
export async function pruneKnowledge(deps: PruneDeps, { tenantId, keepDays, isDry, by }: { tenantId: string; keepDays: number; isDry: boolean; by: string }): Promise<PruneOutcome> {
  const at = new Date(deps.clock.nowMs());
  const rows = await listPrunable(deps.database, tenantId, { before: new Date(at.getTime() - keepDays * DAY_MS), limit: MOST_ROWS });
  const bytes = rows.reduce((sum, row) => sum + row.bytes, 0);
  if (isDry) return { documents: rows.length, chunks: 0, bytes };
  let documents = 0;
  for (let from = 0; from < rows.length; from += BATCH) {
    documents += await deps.database.transaction(tenantId, async (query) => {
      await lockKnowledge(query, tenantId);
      return deleteRows(query, tenantId, rows.slice(from, from + BATCH));
    });
  }
  const chunks = await deps.database.transaction(tenantId, async (query) => {
    await lockKnowledge(query, tenantId);
    const gone = await deleteOrphans(query, tenantId);
    if (documents + gone > 0) await recordInLedger(query, tenantId, [{ kind: "knowledge.pruned", subjectId: tenantId, actor: by, at, body: { keepDays, documents, chunks: gone } }]);
    return gone;
  });
  return { documents, chunks, bytes };
}

/** Prunes once a day, whichever process comes first. Returns the way to stop. */
export function schedulePrune(deps: PruneDeps & { log: Log }, { tenantId, keepDays }: { tenantId: string; keepDays: number }): () => Promise<void> {
  const looking = repeat(async () => {
    const nowMs = deps.clock.nowMs();
    if (!(await claimPrune(deps.database, tenantId, { at: new Date(nowMs), before: new Date(nowMs - DAY_MS) }))) return;
    deps.log.info("knowledge.pruned", await pruneKnowledge(deps, { tenantId, keepDays, isDry: false, by: "schedule" }));
  }, { everyMs: LOOK_EVERY_MS, waitsFirst: false, log: deps.log, failure: "knowledge.prune_failed" });
  return () => looking.stop();
}
