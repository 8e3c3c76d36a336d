import { repeat } from "../../lib/repeat.ts";
import type { ApprovalDeps } from "../../tools/approvals/decide/approval-deps.ts";
import { tellDecisions } from "../../tools/approvals/decide/tell-decisions.ts";
import type { ApprovalNotice } from "../../tools/approvals/notices/approval-notice.ts";
import { sendNotices } from "../../tools/approvals/notices/send-notices.ts";
import { purgeRuns } from "../../workflows/run/purge-runs.store.ts";

const EVERY_MS = 5_000;
const PURGE_EVERY_MS = 10 * 60_000;
/** Small, so that no statement holds rows for long; the next round takes up what is left of a great many. */
const PURGE_BATCH = 500;
const PURGE_BATCHES = 40;

/** `runRetentionDays`: how long a run's record is kept after its end; 0 keeps it. */
export type WorkflowSweep = ApprovalDeps & { tenantId: string; runRetentionDays: number; /** How people are told that a decision waits for them. */ notices: readonly ApprovalNotice[]; publicUrl(): string };

/**
 * Tells those who wait what a crash kept from them and people what waits for them, and forgets runs that ended long ago. Every
 * process may sweep: telling twice does no harm, and each purges other runs. Returns the way to stop.
 */
export function startWorkflowSweeper(deps: WorkflowSweep): () => Promise<void> {
  const { tenantId, log } = deps;
  const telling = repeat(() => tellDecisions(deps, tenantId), { everyMs: EVERY_MS, waitsFirst: true, log, failure: "workflows.sweep_failed" });
  const noticing = repeat(() => sendNotices(deps, deps.notices, deps), { everyMs: EVERY_MS, waitsFirst: true, log, failure: "approvals.notices_failed" });
  const purging = repeat(() => purgeOldRuns(deps), { everyMs: PURGE_EVERY_MS, waitsFirst: true, log, failure: "workflows.purge_failed" });
  return async () => {
    await Promise.all([telling.stop(), noticing.stop(), purging.stop()]);
  };
}

/** One round. Returns how many runs went. */
export async function purgeOldRuns({ database, clock, log, tenantId, runRetentionDays }: Pick<WorkflowSweep, "database" | "clock" | "log" | "tenantId" | "runRetentionDays">): Promise<number> {
  if (runRetentionDays === 0) return 0;
  const endedBefore = new Date(clock.nowMs() - runRetentionDays * 86_400_000);
  let gone = 0;
  for (let batch = 0; batch < PURGE_BATCHES; batch += 1) {
    const count = await purgeRuns(database, tenantId, { endedBefore, limit: PURGE_BATCH });
    gone += count;
    if (count < PURGE_BATCH) break;
  }
  if (gone > 0) log.info("workflows.runs_purged", { runs: gone });
  return gone;
}
