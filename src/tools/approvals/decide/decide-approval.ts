import type { UserActor } from "../../../identity/actor.ts";
import { messageOf } from "../../../lib/app-error.ts";
import { recordInLedger } from "../../../observe/ledger.ts";
import type { ApprovalDeps } from "./approval-deps.ts";
import { markDecided } from "../approval-change.store.ts";
import type { ApprovalRow } from "../approval.store.ts";
import { insertVote, readVotes, rightsUsed } from "./approval-vote.store.ts";
import { approvalNotYours } from "../approvals.errors.ts";
import { fillPlaces } from "../fill-places.ts";
import { subjectOf, withApproval, type Scene } from "./locked-approval.ts";
import { placeFor } from "./may-decide.ts";
import { readApproval, showChange } from "./read-approval.ts";
import { tell } from "./tell-decisions.ts";

export type Decide = { id: string; decision: "approved" | "refused"; /** The call as the person saw it; null when it was not told. */ callHash: string | null; comment: string | null };

/**
 * A person approves or refuses one exact call. The first no ends it; the yes that fills the last place does. The same from the
 * same person again answers what became of it.
 *
 * Throws: `approvals.not_found`, `.not_yours` (also: the places this person could take are taken), `.over` (decided otherwise,
 *   expired, taken back), `.mismatch`.
 * When it resolves the decision is stored; whoever waits and could not be told at once is told by `tellDecisions`.
 */
export async function decideApproval(deps: ApprovalDeps, actor: UserActor, input: Decide): Promise<ApprovalRow> {
  await withApproval(deps, actor, { id: input.id, what: input.decision, callHash: input.callHash }, (scene) => (input.decision === "refused" ? refuse(deps, actor, input, scene) : addVote(deps, actor, scene, input.comment)), async (approval, by, query) => {
    if (approval.status === "refused" || input.decision === "refused") return approval.status === input.decision && approval.decided_by === by;
    return (approval.status === "approved" || approval.status === "waiting") && (input.callHash === null || input.callHash === approval.call_hash) && (await readVotes(query, actor.tenantId, approval)).some((vote) => vote.person.userId === actor.userId);
  });
  return afterDecision(deps, actor.tenantId, input.id);
}

/** Tells whoever waits when it is decided, and open pages in any case. */
export async function afterDecision(deps: ApprovalDeps, tenantId: string, id: string): Promise<ApprovalRow> {
  const decided = await readApproval(deps.database, tenantId, id);
  showChange(deps, tenantId, decided.run_id);
  if (decided.status !== "waiting" && decided.external_id !== null) await tell(deps, tenantId, { id: decided.id, externalId: decided.external_id });
  if (decided.status === "approved" || decided.status === "refused") await measure(deps, tenantId, decided);
  return decided;
}

const LADDER = /^autonomy\.(?!closed\.|level$)(.+)$/;

/** For the ladder, once per approval. What it makes of it is no part of the decision. */
async function measure(deps: ApprovalDeps, tenantId: string, { id, policy_rules: rules, status, edited_by: editedBy }: ApprovalRow): Promise<void> {
  const rule = rules.map((each) => LADDER.exec(each)?.[1]).find((name) => name !== undefined);
  if (rule === undefined) return;
  try {
    await deps.measure?.(tenantId, { id, rule, isOverridden: status === "refused" || editedBy !== null });
  } catch (error) {
    deps.log.warn("approvals.not_measured", { tenantId, approvalId: id, error: messageOf(error) });
  }
}

async function refuse(deps: ApprovalDeps, actor: UserActor, input: Decide, scene: Scene): Promise<void> {
  const { query, approval, by, at } = scene;
  await markDecided(query, { tenantId: actor.tenantId, id: approval.id, status: "refused", by, comment: input.comment, at });
  await record(scene, actor, { decision: "refused", hasComment: input.comment !== null });
  await deps.onDecided?.(query, { ...approval, status: "refused" }, actor, at);
}

/** One person's yes to the call as it stands. */
export async function addVote(deps: ApprovalDeps, actor: UserActor, scene: Scene, comment: string | null): Promise<void> {
  const { query, approval, person, absent, by, at } = scene;
  const votes = await readVotes(query, actor.tenantId, approval);
  const place = placeFor(person, absent, approval, votes);
  if (place === null) throw approvalNotYours({ message: votes.some((vote) => vote.standsFor?.userId === person.userId) ? "Your deputy has said yes in your place already." : "The places that you could take are taken: others have to say yes as well." });
  await insertVote(query, actor.tenantId, { approvalId: approval.id, callHash: approval.call_hash, revision: approval.revision, person, standsFor: place.standsFor, comment, at });
  const { isComplete } = fillPlaces(approval.rule, [...rightsUsed(votes), place.standsFor ?? person]);
  await record(scene, actor, { decision: "approved", isComplete, standsFor: place.standsFor?.userId ?? null, hasComment: comment !== null });
  if (!isComplete) return;
  await markDecided(query, { tenantId: actor.tenantId, id: approval.id, status: "approved", by, comment, at });
  await deps.onDecided?.(query, { ...approval, status: "approved" }, actor, at);
}

async function record({ query, approval, by, at }: Scene, actor: UserActor, what: Record<string, unknown>): Promise<void> {
  await recordInLedger(query, actor.tenantId, [{ kind: "approval.decided", subjectId: subjectOf(approval), caseId: approval.case_id, actor: by, at, body: { approvalId: approval.id, callId: approval.call_id, runId: approval.run_id, tool: approval.tool, callHash: approval.call_hash, ...what } }]);
}
