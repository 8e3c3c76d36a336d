import type { Task } from "../document/definition.ts";

/** What a condition that holds says of an approval before it; null: nothing. By the names that `approve` gives its answer. */
export type ApprovalAnswer = "approved" | "not approved" | null;

const NOT_APPROVED = [/!\s*\(*\s*[$\w.?]*\bisApproved\b/, /\bisApproved\s*(?:==\s*false|!=\s*true|\|\s*not)\b/, /!=\s*(["'])approved\1/, /==\s*(["'])(?:refused|expired|withdrawn)\1/];
const APPROVED = [/approv/i, /!=\s*(["'])(?:refused|expired|withdrawn)\1/];

/** Pure. Of a condition that asks for several things it may say `approved` too often; it never says so of its opposite. */
export function approvalAnswer(condition: string | null): ApprovalAnswer {
  if (condition === null) return null;
  if (NOT_APPROVED.some((form) => form.test(condition))) return "not approved";
  return APPROVED.some((form) => form.test(condition)) ? "approved" : null;
}

/** The ways out of a switch in its order, each with what is known of the answer there: after a case for "no" the others mean "yes". */
export function casesWithAnswer(task: Extract<Task, { kind: "switch" }>): { then: string; isApproved: boolean }[] {
  let isApproved = false;
  const ways: { then: string; isApproved: boolean }[] = [];
  const [conditions, others] = [task.cases.filter(({ when }) => when !== null), task.cases.filter(({ when }) => when === null)];
  for (const { when, then } of conditions) {
    const answer = approvalAnswer(when);
    ways.push({ then, isApproved: answer === "approved" || (answer === null && isApproved) });
    isApproved ||= answer === "not approved";
  }
  for (const then of others.length > 0 ? others.map((each) => each.then) : [task.then]) ways.push({ then, isApproved });
  return ways;
}
