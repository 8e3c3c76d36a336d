import type { StaffActor } from "../../identity/actor.ts";
import type { ApprovalView } from "../../shapes/workflow.ts";
import type { ApprovalRow } from "../../tools/approvals/approval.store.ts";
import { mayDecide } from "../../tools/approvals/decide-approval.ts";

/** An approval as one person sees it. */
export function toApprovalView(actor: StaffActor, row: ApprovalRow): ApprovalView {
  return {
    id: row.id, runId: row.run_id, workflow: row.workflow, taskName: row.task_name, pointer: row.pointer, conversationId: row.conversation_id, caseId: row.case_id, contactName: row.contact_name, tool: row.tool, risk: row.risk, arguments: row.arguments,
    callHash: row.call_hash, describedAs: row.described_as, reason: row.reason, decidedByRole: row.decided_by_role, assignees: row.assignees, status: row.status, requestedAt: row.requested_at, deadlineAt: row.deadline_at, decidedAt: row.decided_at,
    decidedBy: row.decided_by, comment: row.comment, isMine: row.status === "waiting" && actor.kind === "user" && mayDecide(actor, row),
  };
}
