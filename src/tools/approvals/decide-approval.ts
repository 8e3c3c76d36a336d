import type { DurableEngine } from "../../durable/durable.ts";
import { actorName, type UserActor } from "../../identity/actor.ts";
import { messageOf } from "../../lib/app-error.ts";
import type { Clock } from "../../lib/clock.ts";
import type { Log } from "../../lib/log.ts";
import { recordInLedger } from "../../observe/ledger.ts";
import type { Live } from "../../observe/live.ts";
import type { Database, TransactionQuery } from "../../storage/database.ts";
import { approvalMismatch, approvalNotFound, approvalNotYours, approvalOver } from "./approvals.errors.ts";
import { findApproval, listUntold, lockApproval, markDecided, markTold, setAssignees, type ApprovalRow } from "./approval.store.ts";

export type ApprovalDeps = {
  database: Database; clock: Clock; log: Log; engine: () => DurableEngine; live: Pick<Live, "publish">;
  /** Called in the decision's transaction: publishes `approval.decided`. */
  onDecided?(query: TransactionQuery, approval: ApprovalRow, by: UserActor, at: Date): Promise<void>;
};

/** Whether this person may decide it: an admin always; an agent what agents decide, and only their own when people are named. */
export function mayDecide(actor: Pick<UserActor, "userId" | "email" | "role">, approval: Pick<ApprovalRow, "decided_by_role" | "assignees">): boolean {
  if (actor.role === "admin") return true;
  if (approval.decided_by_role === "admin") return false;
  return approval.assignees.length === 0 || approval.assignees.includes(actor.userId) || approval.assignees.includes(actor.email);
}

/**
 * A person approves or refuses one exact call. The first decision wins: the same again answers it, another is refused.
 *
 * Throws: `approvals.not_found`, `_not_yours`, `_over` (decided otherwise, expired, or the run has ended).
 * When it resolves the decision is stored; a run that could not be told at once is told by `tellDecisions`.
 */
export async function decideApproval(deps: ApprovalDeps, actor: UserActor, input: { id: string; decision: "approved" | "refused"; /** The call as the person saw it; null when it was not told. */ callHash: string | null; comment: string | null }): Promise<ApprovalRow> {
  const at = new Date(deps.clock.nowMs());
  await deps.database.transaction(actor.tenantId, async (query) => {
    const approval = await lockFor(query, actor, input.id);
    const by = actorName(actor);
    if (approval.status === input.decision && approval.decided_by === by) return;
    if (input.callHash !== null && input.callHash !== approval.call_hash) throw approvalMismatch({ message: "This is not the call that was shown: look at it again." });
    if (approval.status !== "waiting") throw approvalOver({ message: OVER[approval.status], details: { status: approval.status } });
    if (approval.deadline_at !== null && Date.parse(approval.deadline_at) <= at.getTime()) throw approvalOver({ message: "The time to decide this has passed.", details: { status: "expired" } });
    await markDecided(query, { tenantId: actor.tenantId, id: input.id, status: input.decision, by, comment: input.comment, at });
    await recordInLedger(query, actor.tenantId, [{ kind: "approval.decided", subjectId: approval.conversation_id ?? approval.run_id, caseId: approval.case_id, actor: by, at, body: { approvalId: input.id, runId: approval.run_id, tool: approval.tool, callHash: approval.call_hash, decision: input.decision, hasComment: input.comment !== null } }]);
    await deps.onDecided?.(query, { ...approval, status: input.decision }, actor, at);
  });
  const decided = await readApproval(deps.database, actor.tenantId, input.id);
  showChange(deps, actor.tenantId, decided);
  await tell(deps, actor.tenantId, { id: decided.id, externalId: decided.external_id });
  return decided;
}

/**
 * Gives the decision to other people (ids or e-mails; none: everybody of its role). Whoever may decide may hand it on.
 * Throws: `approvals.not_found`, `_not_yours`, `_over`.
 */
export async function reassignApproval(deps: ApprovalDeps, actor: UserActor, input: { id: string; assignees: readonly string[] }): Promise<ApprovalRow> {
  await deps.database.transaction(actor.tenantId, async (query) => {
    const approval = await lockFor(query, actor, input.id);
    if (approval.status !== "waiting") throw approvalOver({ message: OVER[approval.status], details: { status: approval.status } });
    await setAssignees(query, actor.tenantId, input.id, input.assignees);
    await recordInLedger(query, actor.tenantId, [{ kind: "approval.reassigned", subjectId: approval.conversation_id ?? approval.run_id, caseId: approval.case_id, actor: actorName(actor), at: new Date(deps.clock.nowMs()), body: { approvalId: input.id, count: input.assignees.length } }]);
  });
  const handedOn = await readApproval(deps.database, actor.tenantId, input.id);
  showChange(deps, actor.tenantId, handedOn);
  return handedOn;
}

/** To everybody who has it on the screen. */
function showChange(deps: Pick<ApprovalDeps, "live">, tenantId: string, approval: ApprovalRow): void {
  deps.live.publish({ kind: "approval", tenantId, runId: approval.run_id });
}

/** Throws: `approvals.not_found`. */
export async function readApproval(database: Database, tenantId: string, id: string): Promise<ApprovalRow> {
  const approval = await findApproval(database, tenantId, id);
  if (approval === null) throw approvalNotFound();
  return approval;
}

/** For one who may decide it, locked until the transaction ends. Throws: `approvals.not_found`, `_not_yours`. */
async function lockFor(query: TransactionQuery, actor: UserActor, id: string): Promise<ApprovalRow> {
  const approval = await lockApproval(query, actor.tenantId, id);
  if (approval === null) throw approvalNotFound();
  if (!mayDecide(actor, approval)) throw approvalNotYours();
  return approval;
}

const OVER: Record<Exclude<ApprovalRow["status"], "waiting">, string> = {
  approved: "This was approved already.", refused: "This was refused already.", expired: "The time to decide this has passed.", withdrawn: "The run has ended, so there is nothing left to decide.",
};

/** Wakes the run; a failure is left to the next round, since the decision is stored. */
async function tell(deps: ApprovalDeps, tenantId: string, approval: { id: string; externalId: string }): Promise<void> {
  try {
    await deps.engine().resolve(approval.externalId, { approvalId: approval.id });
    await markTold(deps.database, tenantId, approval.id, new Date(deps.clock.nowMs()));
  } catch (error) {
    deps.log.warn("workflows.approval_not_told", { tenantId, approvalId: approval.id, error: messageOf(error) });
  }
}

/** Tells runs of decisions that a crash kept from them. Telling twice does no harm. */
export async function tellDecisions(deps: ApprovalDeps, tenantId: string): Promise<number> {
  const untold = await listUntold(deps.database, tenantId, 100);
  for (const approval of untold) await tell(deps, tenantId, approval);
  return untold.length;
}
