import { parseIsoDuration } from "../lib/iso-duration.ts";
import type { ApprovalRule, Approver } from "./policy.ts";

const MAX_PEOPLE = 9;

/**
 * Reads `@approval("role:team-lead, user:anna@example.com")`, `@people("2")` and `@deadline("PT4H")`.
 * Returns null without `@approval`; a text says what is wrong.
 */
export function readApprovalRule(annotations: { approval?: string; people?: string; deadline?: string }): ApprovalRule | null | string {
  const { approval, people = "1", deadline } = annotations;
  if (approval === undefined) return annotations.people === undefined && deadline === undefined ? null : "@people and @deadline need an @approval beside them.";
  const anyOf: Approver[] = [];
  for (const part of approval.split(",").map((each) => each.trim())) {
    const [, kind, name] = /^(role|user):(\S+)$/.exec(part) ?? [];
    if (name === undefined) return `@approval("${approval}") does not name people: write "role:NAME" or "user:MAIL", several with commas between.`;
    anyOf.push(kind === "role" ? { kind: "role", role: name } : { kind: "user", user: name });
  }
  const count = Number(people);
  if (!Number.isInteger(count) || count < 1 || count > MAX_PEOPLE) return `@people("${people}") is no number from 1 to ${MAX_PEOPLE}.`;
  const deadlineMs = deadline === undefined ? null : parseIsoDuration(deadline);
  if (deadline !== undefined && deadlineMs === null) return `@deadline("${deadline}") is no ISO 8601 duration, such as "PT4H".`;
  return { groups: [{ anyOf, people: count }], deadlineMs };
}

/** What several policies ask for together: every group of every one, the shortest deadline. Groups of the same people become one. */
export function allOf(rules: readonly ApprovalRule[]): ApprovalRule {
  const groups = new Map<string, ApprovalRule["groups"][number]>();
  for (const group of rules.flatMap((rule) => rule.groups)) {
    const key = keyOf(group.anyOf);
    groups.set(key, { anyOf: group.anyOf, people: Math.max(group.people, groups.get(key)?.people ?? 0) });
  }
  return { groups: [...groups.values()], deadlineMs: shortest(rules) };
}

/** Where each of several policies would do: the one that asks the fewest people, with everybody who may say yes by one as light. */
export function oneOf(rules: readonly ApprovalRule[]): ApprovalRule {
  const peopleOf = (rule: ApprovalRule) => rule.groups.reduce((sum, group) => sum + group.people, 0);
  const fewest = Math.min(...rules.map(peopleOf));
  const lightest = rules.filter((rule) => peopleOf(rule) === fewest);
  const only = lightest[0];
  if (only === undefined) throw new RangeError("oneOf needs a rule");
  const anyOf = new Map(lightest.flatMap((rule) => rule.groups.flatMap((group) => group.anyOf)).map((approver) => [keyOf([approver]), approver]));
  const isPlain = lightest.every((rule) => rule.groups.length === 1);
  return { groups: isPlain ? [{ anyOf: [...anyOf.values()], people: fewest }] : only.groups, deadlineMs: shortest(lightest) };
}

function shortest(rules: readonly ApprovalRule[]): number | null {
  const given = rules.map((rule) => rule.deadlineMs).filter((ms) => ms !== null);
  return given.length === 0 ? null : Math.min(...given);
}

function keyOf(anyOf: readonly Approver[]): string {
  return anyOf.map((each) => (each.kind === "role" ? `role:${each.role}` : `user:${each.user}`)).sort().join();
}
