import { actorName, type UserActor } from "../../../identity/actor.ts";
import { AppError } from "../../../lib/app-error.ts";
import { recordInLedger } from "../../../observe/ledger.ts";
import type { TransactionQuery } from "../../../storage/database.ts";
import type { ApprovalDeps } from "./approval-deps.ts";
import { findApproval, lockApproval, type ApprovalRow } from "../approval.store.ts";
import { listAbsent } from "./approval-vote.store.ts";
import { approvalMismatch, approvalNotFound, approvalNotYours, approvalOver } from "../approvals.errors.ts";
import type { Person } from "../fill-places.ts";
import { hasSay, isRequester } from "./may-decide.ts";

/** What a person wants to do with an approval, for the ledger when it is refused. */
export type Wanted = { id: string; what: "approved" | "refused" | "edited" | "handed_on"; /** The call as the person saw it; null when it was not told. */ callHash: string | null };
export type Scene = { query: TransactionQuery; approval: ApprovalRow; person: Person; absent: readonly Person[]; by: string; at: Date };

export function personOf({ userId, email, role }: Pick<UserActor, "userId" | "email" | "role">): Person {
  return { userId, email, role };
}

/**
 * Works on an approval that waits, for one who has a say in it, under its row lock. Null: `isRepeat` has said that this was
 * done before. What is refused is written to the ledger of the tenant who tried.
 *
 * Throws: `approvals.not_found`, `.not_yours`, `.over`, `.mismatch` (another call than the one that was shown).
 */
export async function withApproval<T>(deps: Pick<ApprovalDeps, "database" | "clock">, actor: UserActor, wanted: Wanted, work: (scene: Scene) => Promise<T>, isRepeat: (approval: ApprovalRow, by: string, query: TransactionQuery) => Promise<boolean> = async () => false): Promise<T | null> {
  const at = new Date(deps.clock.nowMs());
  const by = actorName(actor);
  const person = personOf(actor);
  const absent = await listAbsent(deps.database, actor.tenantId, actor.userId, at);
  try {
    return await deps.database.transaction(actor.tenantId, async (query) => {
      const approval = await lockApproval(query, actor.tenantId, wanted.id);
      if (approval === null) throw approvalNotFound();
      if (isRequester(person, approval)) throw approvalNotYours({ message: "You have asked for this yourself, so another person decides it." });
      if (!hasSay(person, absent, approval)) throw approvalNotYours();
      if (await isRepeat(approval, by, query)) return null;
      refuseOver(approval, at);
      if (wanted.callHash !== null && wanted.callHash !== approval.call_hash) throw approvalMismatch({ message: "This is not the call that was shown, or it has been changed since: look at it again." });
      return work({ query, approval, person, absent, by, at });
    });
  } catch (error) {
    if (error instanceof AppError && error.code.startsWith("approvals.")) await recordRefusal(deps, actor, wanted, error.code, at);
    throw error;
  }
}

/** Throws `approvals.over`. */
function refuseOver(approval: ApprovalRow, at: Date): void {
  if (approval.status !== "waiting") throw approvalOver({ message: approval.status === "withdrawn" ? (approval.run_id === null ? "It was taken back, so there is nothing left to decide." : "The run has ended, so there is nothing left to decide.") : OVER[approval.status], details: { status: approval.status } });
  if (approval.deadline_at !== null && Date.parse(approval.deadline_at) <= at.getTime()) throw approvalOver({ message: OVER.expired, details: { status: "expired" } });
}

const OVER = { approved: "This was approved already.", refused: "This was refused already.", expired: "The time to decide this has passed." };

async function recordRefusal(deps: Pick<ApprovalDeps, "database">, actor: UserActor, wanted: Wanted, code: string, at: Date): Promise<void> {
  // Of this tenant: another one's approval is not there.
  const approval = await findApproval(deps.database, actor.tenantId, wanted.id);
  await deps.database.transaction(actor.tenantId, (query) => recordInLedger(query, actor.tenantId, [{
    kind: "approval.attempt_refused", subjectId: approval?.conversation_id ?? approval?.run_id ?? wanted.id.slice(0, 100), caseId: approval?.case_id ?? null, actor: actorName(actor), at,
    body: { approvalId: wanted.id.slice(0, 100), wanted: wanted.what, code, callHash: approval?.call_hash ?? null, shownHash: wanted.callHash?.slice(0, 64) ?? null },
  }]));
}

export function subjectOf(approval: Pick<ApprovalRow, "id" | "conversation_id" | "run_id">): string {
  return approval.conversation_id ?? approval.run_id ?? approval.id;
}
