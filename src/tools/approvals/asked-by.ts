import type { ApprovalRow } from "./approval.store.ts";

/** What asked: a call of a turn, another system's or a contact's own agent's call, a task of a run, or a workflow before it calls. Pure. */
export function askedBy(approval: Pick<ApprovalRow, "run_id" | "call_id" | "turn_id">): "turn" | "caller" | "task" | "workflow" {
  if (approval.run_id !== null) return approval.call_id === null ? "workflow" : "task";
  return approval.turn_id === null ? "caller" : "turn";
}
