import type { Durable } from "../../durable/durable.ts";
import type { Clock } from "../../lib/clock.ts";
import { recordInLedger } from "../../observe/ledger.ts";
import type { Live } from "../../observe/live.ts";
import type { Database } from "../../storage/database.ts";
import { expireApproval } from "./approval-change.store.ts";
import { listenFor, lockApproval } from "./approval.store.ts";
import { subjectOf } from "./decide/locked-approval.ts";

export type AwaitDecisionDeps = { database: Database; clock: Clock; live?: Pick<Live, "publish"> };

/**
 * Sleeps until an approval is decided, taken back, or its time is over, and ends it in the last case. Costs nothing meanwhile.
 *
 * Replay: the stored status counts, whatever woke the sleeper; the steps are named by `name`.
 */
export async function awaitDecision(deps: AwaitDecisionDeps, durable: Durable, target: { tenantId: string; approvalId: string }, name: string): Promise<void> {
  for (;;) {
    const external = durable.external();
    const asked = await durable.step(`${name}.listen`, async () => {
      const waiting = await listenFor(deps.database, target.tenantId, target.approvalId, external.id);
      return waiting === null ? null : { remainingMs: waiting.deadlineAt === null ? null : Math.max(20, Date.parse(waiting.deadlineAt) - deps.clock.nowMs()) };
    });
    if (asked === null) return;
    const heard = await external.wait(asked.remainingMs);
    if (heard.kind === "timed_out") await durable.step(`${name}.expire`, () => expire(deps, target));
  }
}

/** Only when its time is over by our clock too: the engine's may run ahead. Its event is told by the table (migration 0010). */
export async function expire(deps: AwaitDecisionDeps, { tenantId, approvalId }: { tenantId: string; approvalId: string }): Promise<boolean> {
  const at = new Date(deps.clock.nowMs());
  const ended = await deps.database.transaction(tenantId, async (query) => {
    const approval = await lockApproval(query, tenantId, approvalId);
    if (approval === null || approval.deadline_at === null || Date.parse(approval.deadline_at) > at.getTime() || !(await expireApproval(query, tenantId, approvalId, at))) return null;
    await recordInLedger(query, tenantId, [{ kind: "approval.expired", subjectId: subjectOf(approval), caseId: approval.case_id, actor: approval.workflow === null ? "baton" : `workflow:${approval.workflow}`, at, body: { approvalId, callId: approval.call_id, runId: approval.run_id, callHash: approval.call_hash } }]);
    return approval;
  });
  if (ended !== null) deps.live?.publish({ kind: "approval", tenantId, runId: ended.run_id });
  return ended !== null;
}
