import { actorName, type UserActor } from "../../../identity/actor.ts";
import { findUserByEmail } from "../../../identity/identity.store.ts";
import { recordInLedger } from "../../../observe/ledger.ts";
import type { ApprovalRule, Approver } from "../../../policy/policy.ts";
import type { ApprovalDeps } from "./approval-deps.ts";
import { setRule } from "../approval-change.store.ts";
import type { ApprovalRow } from "../approval.store.ts";
import { endDeputy, findDeputy, setDeputy, type Deputy } from "./approval-vote.store.ts";
import { deputyUnknown, handOnImpossible } from "../approvals.errors.ts";
import { isFeasible, isMeant, type Person } from "../fill-places.ts";
import { subjectOf, withApproval } from "./locked-approval.ts";
import { readApproval, showChange } from "./read-approval.ts";

/**
 * Gives the places that a person could take to others: people (ids or e-mails) or roles (`role:NAME`); nobody named: back to
 * whom it was asked of at first. How many have to say yes stays.
 * Throws: `approvals.not_found`, `.not_yours`, `.over`, `.hand_on_impossible` (fewer people than places).
 */
export async function handOnApproval(deps: ApprovalDeps, actor: UserActor, input: { id: string; to: readonly string[] }): Promise<ApprovalRow> {
  await withApproval(deps, actor, { id: input.id, what: "handed_on", callHash: null }, async ({ query, approval, person, absent, by, at }) => {
    const anyOf = input.to.map((each): Approver => (each.startsWith("role:") ? { kind: "role", role: each.slice("role:".length) } : { kind: "user", user: each }));
    const rule = anyOf.length === 0 ? approval.asked_rule : handedOn(approval.rule, [person, ...absent], anyOf);
    if (!isFeasible(rule)) throw handOnImpossible({ message: "More people have to say yes than you named: name others as well, or a role." });
    await setRule(query, { tenantId: actor.tenantId, id: approval.id, rule, at });
    await recordInLedger(query, actor.tenantId, [{ kind: "approval.reassigned", subjectId: subjectOf(approval), caseId: approval.case_id, actor: by, at, body: { approvalId: approval.id, count: anyOf.length, roles: anyOf.flatMap((each) => (each.kind === "role" ? [each.role] : [])) } }]);
  });
  const row = await readApproval(deps.database, actor.tenantId, input.id);
  showChange(deps, actor.tenantId, row.run_id);
  return row;
}

/** Groups that mean one of these people by name or role; for an admin who is in none, every one. */
function handedOn(rule: ApprovalRule, people: readonly Person[], anyOf: Approver[]): ApprovalRule {
  const isNamed = (group: ApprovalRule["groups"][number]) => people.some((person) => isMeant(group.anyOf, { ...person, role: person.role === "admin" ? "" : person.role }) || group.anyOf.some((each) => each.kind === "role" && each.role === person.role));
  const isOfNone = !rule.groups.some(isNamed);
  return { ...rule, groups: rule.groups.map((group) => (isOfNone || isNamed(group) ? { ...group, anyOf } : group)) };
}

/**
 * Another person decides in one's place until then; one hop, so a deputy's own deputy is not meant. Null ends it.
 * Throws: `approvals.deputy_unknown`.
 */
export async function chooseDeputy(deps: Pick<ApprovalDeps, "database" | "clock">, actor: UserActor, choice: { email: string; untilAt: Date } | null): Promise<Deputy | null> {
  const { database } = deps;
  const at = new Date(deps.clock.nowMs());
  if (choice === null) await endDeputy(database, actor.tenantId, actor.userId);
  else {
    const deputy = await findUserByEmail(database, actor.tenantId, choice.email.trim().toLowerCase());
    if (deputy === undefined || deputy.id === actor.userId) throw deputyUnknown(deputy === undefined ? {} : { message: "You cannot stand in for yourself." });
    if (choice.untilAt.getTime() <= at.getTime()) throw deputyUnknown({ message: "This time is over already: choose one to come." });
    await setDeputy(database, actor.tenantId, { userId: actor.userId, deputyId: deputy.id, untilAt: choice.untilAt, at });
  }
  await database.transaction(actor.tenantId, (query) => recordInLedger(query, actor.tenantId, [{ kind: "approval.deputy_set", subjectId: actor.userId, actor: actorName(actor), at, body: { untilAt: choice?.untilAt.toISOString() ?? null } }]));
  return findDeputy(database, actor.tenantId, actor.userId, at);
}
