import type { ApprovalRule, Approver } from "../../policy/policy.ts";

/** Somebody who may say yes, with the role and address of that moment. */
export type Person = { userId: string; email: string; role: string };

type Group = ApprovalRule["groups"][number];
export type Filled = { /** How many places have somebody. */ filled: number; isComplete: boolean; /** What is still wanted. */ open: Group[] };

/** Whether a person is meant by a group. An admin stands in for anybody. */
export function isMeant(anyOf: readonly Approver[], person: Person): boolean {
  return person.role === "admin" || anyOf.some((each) => (each.kind === "role" ? each.role === person.role : each.user === person.userId || each.user === person.email));
}

/**
 * How far a rule is met by these people, each of whom takes one place only, in the way that fills the most. Pure.
 * Source: Kuhn's augmenting paths for bipartite matching; a rule has a few places.
 */
export function fillPlaces(rule: ApprovalRule, people: readonly Person[]): Filled {
  const places = rule.groups.flatMap((group, place) => Array.from({ length: group.people }, () => ({ group, place })));
  const takenBy: (number | null)[] = places.map(() => null);
  const seat = (who: number, tried: Set<number>): boolean => {
    const person = people[who];
    if (person === undefined) return false;
    for (const [index, { group }] of places.entries()) {
      if (tried.has(index) || !isMeant(group.anyOf, person)) continue;
      tried.add(index);
      const holder = takenBy[index] ?? null;
      if (holder === null || seat(holder, tried)) {
        takenBy[index] = who;
        return true;
      }
    }
    return false;
  };
  for (const who of people.keys()) seat(who, new Set());
  const filled = takenBy.filter((holder) => holder !== null).length;
  const open = rule.groups.flatMap((group, place) => {
    const left = places.filter((each, index) => each.place === place && takenBy[index] === null).length;
    return left === 0 ? [] : [{ anyOf: group.anyOf, people: left }];
  });
  return { filled, isComplete: filled === places.length, open };
}

/** Whether there can be enough different people: groups that name a role are taken to have them. */
export function isFeasible(rule: ApprovalRule): boolean {
  const named = rule.groups.filter((group) => group.anyOf.every((each) => each.kind === "user"));
  const users = [...new Set(named.flatMap((group) => group.anyOf.map((each) => (each.kind === "user" ? each.user : ""))))];
  return fillPlaces({ groups: named, deadlineMs: null }, users.map((user) => ({ userId: user, email: user, role: "" }))).isComplete;
}
