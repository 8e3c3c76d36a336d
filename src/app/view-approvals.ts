import type { StaffActor } from "../identity/actor.ts";
import { either } from "../lib/either.ts";
import type { ApprovalRule } from "../policy/policy.ts";
import type { ApprovalView } from "../shapes/approval.ts";
import type { ApprovalRow } from "../tools/approvals/approval.store.ts";
import { nextWords } from "../tools/approvals/approval-words.ts";
import { listAbsent, listVotes, rightsUsed, votesFor, type Vote } from "../tools/approvals/decide/approval-vote.store.ts";
import { personOf } from "../tools/approvals/decide/locked-approval.ts";
import { hasSay, placeFor } from "../tools/approvals/decide/may-decide.ts";
import { fillPlaces, type Person } from "../tools/approvals/fill-places.ts";
import { askedBy } from "../tools/approvals/asked-by.ts";
import type { Tool } from "../tools/tool.ts";
import { listOutcomes, type CallOutcome } from "../tools/tool-call.store.ts";
import type { App } from "./app.ts";

type Viewer = { actor: StaffActor; absent: readonly Person[]; tools: ReadonlyMap<string, Tool> };

/** Approvals as one person sees them. */
export async function viewApprovals(app: Pick<App, "database" | "clock" | "workspace">, actor: StaffActor, rows: readonly ApprovalRow[]): Promise<ApprovalView[]> {
  if (rows.length === 0) return [];
  const { database } = app;
  const at = new Date(app.clock.nowMs());
  const [votes, outcomes, absent] = await Promise.all([
    listVotes(database, actor.tenantId, rows.map((row) => row.id)), listOutcomes(database, actor.tenantId, rows.flatMap((row) => (row.call_id === null ? [] : [row.call_id]))), actor.kind === "user" ? listAbsent(database, actor.tenantId, actor.userId, at) : [],
  ]);
  const viewer = { actor, absent, tools: app.workspace.tools };
  return rows.map((row) => toView(viewer, row, votesFor(row, votes), outcomes.get(row.call_id ?? "") ?? null));
}

export async function viewApproval(app: Pick<App, "database" | "clock" | "workspace">, actor: StaffActor, row: ApprovalRow): Promise<ApprovalView> {
  const [view] = await viewApprovals(app, actor, [row]);
  if (view === undefined) throw new Error("one row is one view");
  return view;
}

function toView({ actor, absent, tools }: Viewer, row: ApprovalRow, votes: readonly Vote[], outcome: CallOutcome | null): ApprovalView {
  const isWaiting = row.status === "waiting";
  const person = actor.kind === "user" ? personOf(actor) : null;
  const { open } = fillPlaces(row.rule, rightsUsed(votes));
  const isMine = isWaiting && person !== null && hasSay(person, absent, row);
  return {
    id: row.id, askedBy: askedBy(row), callerName: row.caller_name, runId: row.run_id, workflow: row.workflow, taskName: row.task_name, pointer: row.pointer, turnId: row.turn_id, callId: row.call_id,
    conversationId: row.conversation_id, caseId: row.case_id, contactName: row.contact_name, tool: row.tool, risk: row.risk, arguments: argumentsOf(row, tools.get(row.tool)), editable: isMine && row.call_id !== null ? row.given : null,
    callHash: row.call_hash, describedAs: row.described_as, amountCents: row.amount_cents, currency: row.currency, reason: row.reason, rules: row.policy_rules, said: row.said, next: nextWords(row, open.reduce((sum, group) => sum + group.people, 0)), facts: row.facts, editedBy: row.edited_by,
    votes: votes.map((vote) => ({ by: `user:${vote.person.userId}`, standsFor: vote.standsFor === null ? null : `user:${vote.standsFor.userId}`, comment: vote.comment, at: vote.at })),
    wanted: isWaiting ? wantedOf(open) : [], status: row.status, requestedAt: row.requested_at, deadlineAt: row.deadline_at, decidedAt: row.decided_at, decidedBy: row.decided_by, comment: row.comment,
    isMine, mayApprove: isMine && placeFor(person, absent, row, votes) !== null, outcome: outcome === null || outcome.status === "waiting" ? null : { status: outcome.status, words: outcome.say ?? outcome.reason },
  };
}

function wantedOf(groups: ApprovalRule["groups"]): ApprovalView["wanted"] {
  return groups.map(({ anyOf, people }) => ({ words: either(anyOf.map((each) => (each.kind === "role" ? `role ${each.role}` : each.user))), people }));
}

/** Every argument by its name in words, in the order of the tool; what was left out on purpose stands there as null does. */
function argumentsOf(row: ApprovalRow, tool: Tool | undefined): ApprovalView["arguments"] {
  const before = row.asked_arguments ?? row.arguments;
  const names = [...new Set([...Object.keys(row.arguments), ...Object.keys(before)])];
  return names.map((name) => ({
    name, words: name.replace(/_/g, " ").replace(/([a-z])([A-Z])/g, "$1 $2").toLowerCase(), value: row.arguments[name] ?? null, isSetByServer: tool !== undefined ? Object.hasOwn(tool.bound, name) : !Object.hasOwn(row.given, name),
    isChanged: JSON.stringify(row.arguments[name]) !== JSON.stringify(before[name]), before: before[name] ?? null,
  }));
}
