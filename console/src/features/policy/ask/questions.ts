import type { PolicyField, PolicyQuestionKind } from "../../../../../src/shapes/policy.ts";

type Questions = readonly PolicyQuestionKind[];

/** Stands for what no policy names. */
const OTHER = "(any other)";

const FIRST = ["useTool", "readAudience"];

/** What is asked most stands first. */
export function actionsIn(questions: Questions): string[] {
  const actions = new Set(questions.map((each) => each.action));
  return [...FIRST.filter((action) => actions.has(action)), ...[...actions].filter((action) => !FIRST.includes(action))];
}

export function resourcesIn(questions: Questions, action: string): string[] {
  return [...new Set(questions.filter((each) => each.action === action).flatMap((each) => each.resources))];
}

export function principalsIn(questions: Questions, action: string): string[] {
  return [...new Set(questions.filter((each) => each.action === action).map((each) => each.principal))];
}

export function sayResource(id: string): string {
  return id === OTHER ? "any other" : id;
}

/** The bare names that a condition may use: those of the context, then of the facts; `amount` is money in whole units. */
export function namesOf(questions: Questions, action: string): string[] {
  const paths = questions.filter((each) => each.action === action).flatMap((each) => each.fields).map((field) => field.path);
  const names = paths.flatMap((path) => /^context\.(?:facts\.)?(\w+)$/.exec(path)?.[1] ?? []).map((name) => (name === "amountCents" ? "amount" : name));
  return [...new Set(names)];
}

/** The amount and the condition as one; null: neither. */
export function whereOf(amountAbove: string, condition: string): string | null {
  const amount = amountAbove.trim() === "" ? [] : [`amount > ${amountAbove.trim()}`];
  const own = condition.trim() === "" ? [] : [amount.length === 0 ? condition.trim() : `(${condition.trim()})`];
  return [...amount, ...own].join(" && ") || null;
}

/** What is given before anybody says otherwise: somebody who has signed in, on the web. */
export function givenFor(field: PolicyField): string {
  if (!field.isRequired) return "";
  if (field.kind === "Boolean") return "true";
  return field.path === "context.channel" ? "web" : "";
}

/** Texts of a form as the server wants them; what was left empty is not known. */
export function valuesOf(fields: readonly PolicyField[], given: Readonly<Record<string, string>>): Record<string, string | number | boolean> {
  const values: Record<string, string | number | boolean> = {};
  for (const field of fields) {
    const text = given[field.path] ?? givenFor(field);
    if (text === "") continue;
    values[field.path] = field.kind === "Long" ? Number(text) : field.kind === "Boolean" ? text === "true" : text;
  }
  return values;
}
