import { messageOf } from "../../../lib/app-error.ts";
import type { ApprovalDeps } from "./approval-deps.ts";
import { listUnattended, listUntold, markTold } from "../approval.store.ts";

/** The service whose invocations wait for decisions that no run waits for. */
export const APPROVAL_SERVICE = "approval";

const BATCH = 100;
/** Longer than it takes from storing a request to beginning its wait. */
const UNATTENDED_MS = 10_000;
const ASK_AGAIN_MS = 60_000;

type TellDeps = Pick<ApprovalDeps, "database" | "clock" | "log" | "engine">;

/** Wakes whoever waits; a failure is left to the next round, since the decision is stored. */
export async function tell(deps: TellDeps, tenantId: string, approval: { id: string; externalId: string }): Promise<void> {
  try {
    await deps.engine().resolve(approval.externalId, { approvalId: approval.id });
    await markTold(deps.database, tenantId, approval.id, new Date(deps.clock.nowMs()));
  } catch (error) {
    deps.log.warn("approvals.not_told", { tenantId, approvalId: approval.id, error: messageOf(error) });
  }
}

/** Begins the wait for a decision that neither a turn nor a run waits for; doing it twice does no harm. A failure is left to `tellDecisions`. */
export async function beginWait(deps: Pick<TellDeps, "log" | "engine">, tenantId: string, approvalId: string): Promise<void> {
  try {
    await deps.engine().send({ service: APPROVAL_SERVICE, handler: "settle", input: { tenantId, approvalId }, idempotencyKey: approvalId });
  } catch (error) {
    deps.log.warn("approvals.wait_not_begun", { tenantId, approvalId, error: messageOf(error) });
  }
}

/**
 * Tells decisions that a crash kept from those who wait, and begins waits that never began. Doing either twice does no harm.
 * Returns how many there were.
 */
export async function tellDecisions(deps: TellDeps, tenantId: string): Promise<number> {
  const untold = await listUntold(deps.database, tenantId, BATCH);
  for (const approval of untold) await tell(deps, tenantId, approval);
  const nowMs = deps.clock.nowMs();
  const unattended = await listUnattended(deps.database, tenantId, { before: new Date(nowMs - UNATTENDED_MS), limit: BATCH });
  for (const approvalId of unattended) await deps.engine().send({ service: APPROVAL_SERVICE, handler: "settle", input: { tenantId, approvalId }, idempotencyKey: `${approvalId}:${Math.floor(nowMs / ASK_AGAIN_MS)}` });
  return untold.length + unattended.length;
}
