import type { Database } from "../../storage/database.ts";
import { findApproval, type ApprovalRow } from "./approval.store.ts";
import { listVotes, rightsUsed, votesFor } from "./decide/approval-vote.store.ts";
import { approvalMismatch } from "./approvals.errors.ts";
import type { Approvers } from "./judge-approved.ts";
import { approvalIdOf } from "./request-approval.ts";

/** What lets a call be made. `usedBy`: the one call it is for. `isOwn`: asked for by the call itself, which then runs as it was approved. */
export type Grant = Approvers & { approval: ApprovalRow; usedBy: string; isOwn: boolean };

/** How it stands with the approval that a call waits for. */
export type Standing = { kind: "waits"; approval: ApprovalRow } | { kind: "given"; grant: Grant } | { kind: "over"; approval: ApprovalRow } | { kind: "none" };

/** For a call that asked by itself. */
export async function standingOf(database: Database, tenantId: string, callId: string): Promise<Standing> {
  const approval = await findApproval(database, tenantId, approvalIdOf(callId));
  if (approval === null) return { kind: "none" };
  if (approval.status === "waiting") return { kind: "waits", approval };
  return approval.status === "approved" ? { kind: "given", grant: { approval, usedBy: callId, isOwn: true, ...(await approversOf(database, tenantId, approval)) } } : { kind: "over", approval };
}

/** For a call that is handed an approval. Throws `approvals.mismatch` when that was not given. */
export async function grantOf(database: Database, tenantId: string, given: { id: string; usedBy: string }, tool: string): Promise<Grant> {
  const approval = await findApproval(database, tenantId, given.id);
  if (approval === null || approval.status !== "approved") throw mismatch(given.id, tool);
  return { approval, usedBy: given.usedBy, isOwn: false, ...(await approversOf(database, tenantId, approval)) };
}

export function mismatch(approvalId: string, tool: string) {
  return approvalMismatch({ message: `The approval ${approvalId} does not allow this call of "${tool}": it was not approved, was for another call, or was used already.`, details: { approvalId, tool } });
}

async function approversOf(database: Database, tenantId: string, approval: ApprovalRow): Promise<Approvers> {
  const votes = votesFor(approval, await listVotes(database, tenantId, [approval.id]));
  if (votes.length > 0) return { people: votes.map((vote) => vote.person), rights: rightsUsed(votes) };
  // Decided before votes were kept: by one person, whose role of then is not known.
  const userId = (approval.decided_by ?? "").replace(/^user:/, "");
  const one = [{ userId, email: "", role: "agent" }];
  return { people: one, rights: one };
}
