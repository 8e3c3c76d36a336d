import type { PolicyJson } from "@cedar-policy/cedar-wasm/nodejs";
import { isRecord } from "../../lib/is-record.ts";
import type { PolicyRequest } from "../policy.ts";

type Holder = "principal" | "resource" | "context";

/** What a rule's condition asks first: one attribute to be one value. `isOptional`: it asks before whether there is such an attribute. */
export type RuleGuard = { holder: Holder; attribute: string; value: string | number | boolean; isOptional: boolean };

/**
 * The guard of `when { context.channel == "web" && … }` and of `when { context has tier && context.tier == "gold" && … }`.
 * Null where the condition begins otherwise.
 */
export function readGuard({ conditions }: PolicyJson): RuleGuard | null {
  const [first] = conditions;
  if (first?.kind !== "when") return null;
  const [one, two] = conjuncts(first.body);
  const plain = equality(one);
  if (plain !== null) return { ...plain, isOptional: false };
  const asked = attributeOf(part(one, "has"));
  const later = equality(two);
  return asked !== null && later !== null && asked.holder === later.holder && asked.attribute === later.attribute ? { ...later, isOptional: true } : null;
}

/** False only when the rule cannot be satisfied by this request, and cannot fail either: Cedar asks the guard before anything else. */
export function passesGuard(guard: RuleGuard, request: PolicyRequest): boolean {
  // Who is both asker and aim has the attributes of both.
  if (request.principal.type === request.resource.type && request.principal.id === request.resource.id) return true;
  const value = guard.holder === "context" ? request.context[guard.attribute] : request[guard.holder].attributes?.[guard.attribute];
  if (value === undefined) return !guard.isOptional;
  const isKnown = typeof value === "string" || typeof value === "boolean" || Number.isSafeInteger(value);
  return !isKnown || value === guard.value;
}

/** The parts of `a && b && …` in the order they are evaluated. */
function conjuncts(expression: unknown): unknown[] {
  const both = part(expression, "&&");
  return isRecord(both) ? [...conjuncts(both["left"]), ...conjuncts(both["right"])] : [expression];
}

function equality(expression: unknown): Omit<RuleGuard, "isOptional"> | null {
  const sides = part(expression, "==");
  if (!isRecord(sides)) return null;
  const read = (path: unknown, constant: unknown) => {
    const attribute = attributeOf(part(path, "."));
    const value = part(constant, "Value");
    return attribute !== null && (typeof value === "string" || typeof value === "number" || typeof value === "boolean") ? { ...attribute, value } : null;
  };
  return read(sides["left"], sides["right"]) ?? read(sides["right"], sides["left"]);
}

/** Of `context.channel` and `context has channel`. */
function attributeOf(access: unknown): { holder: Holder; attribute: string } | null {
  if (!isRecord(access) || typeof access["attr"] !== "string") return null;
  const holder = part(access["left"], "Var");
  return holder === "principal" || holder === "resource" || holder === "context" ? { holder, attribute: access["attr"] } : null;
}

function part(expression: unknown, operator: string): unknown {
  return isRecord(expression) ? expression[operator] : undefined;
}
