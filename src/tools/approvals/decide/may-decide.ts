import type { ApprovalRow } from "../approval.store.ts";
import { rightsUsed, type Vote } from "./approval-vote.store.ts";
import { fillPlaces, isMeant, type Person } from "../fill-places.ts";

type Asked = Pick<ApprovalRow, "rule" | "requested_by">;

/** Whose right a person may use: their own first, then of those who are away and asked them to stand in. Never of who asked for the call. */
function rightsOf(person: Person, absent: readonly Person[], approval: Asked): { right: Person; standsFor: Person | null }[] {
  if (isRequester(person, approval)) return [];
  const standIns = absent.filter((each) => !isRequester(each, approval) && each.userId !== person.userId).map((each) => ({ right: each, standsFor: each }));
  return [{ right: person, standsFor: null }, ...standIns].filter(({ right }) => approval.rule.groups.some((group) => isMeant(group.anyOf, right)));
}

export function isRequester(person: Pick<Person, "userId">, approval: Pick<ApprovalRow, "requested_by">): boolean {
  return approval.requested_by === `user:${person.userId}`;
}

/** Whether this person has a say in it at all: may decline, change, hand on. */
export function hasSay(person: Person, absent: readonly Person[], approval: Asked): boolean {
  return rightsOf(person, absent, approval).length > 0;
}

/**
 * In whose place a person's yes would count; null: in none that is still open. Each person says yes once, and each right is
 * used once: who has a deputy that has said yes has said it too.
 */
export function placeFor(person: Person, absent: readonly Person[], approval: Asked, votes: readonly Vote[]): { standsFor: Person | null } | null {
  if (votes.some((vote) => vote.person.userId === person.userId || vote.standsFor?.userId === person.userId)) return null;
  const used = rightsUsed(votes);
  const filled = fillPlaces(approval.rule, used).filled;
  const place = rightsOf(person, absent, approval).find(({ right }) => !used.some((each) => each.userId === right.userId) && fillPlaces(approval.rule, [...used, right]).filled > filled);
  return place === undefined ? null : { standsFor: place.standsFor };
}
