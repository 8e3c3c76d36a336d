import type { PolicyJson } from "@cedar-policy/cedar-wasm/nodejs";
import { isRecord } from "../../lib/is-record.ts";
import type { EntityRef } from "../policy.ts";

export type Literal = string | number | boolean;

/** What conditions ask for: paths as `context.facts.status` with the values they are held against, and entities by name. */
export type AskedValues = {
  literals: Map<string, Set<Literal>>;
  /** Paths that are compared with each other. */
  pairs: [string, string][];
  ids: Map<"principal" | "resource", EntityRef[]>;
  parents: Map<"principal" | "resource", EntityRef[]>;
  /** Operators whose boundary values are not known; what uses them is not examined fully. */
  unknown: Set<string>;
};

export function newAskedValues(): AskedValues {
  return { literals: new Map(), pairs: [], ids: new Map([["principal", []], ["resource", []]]), parents: new Map([["principal", []], ["resource", []]]), unknown: new Set() };
}

/** Adds what one policy asks for, in its head and in its conditions. */
export function addAskedValues(asked: AskedValues, policy: PolicyJson): void {
  for (const side of ["principal", "resource"] as const) {
    const head = policy[side];
    const ref = "entity" in head ? refOf(head.entity) : "in" in head && head.in !== undefined && "entity" in head.in ? refOf(head.in.entity) : null;
    if (ref !== null) asked[head.op === "==" ? "ids" : "parents"].get(side)?.push(ref);
  }
  for (const clause of policy.conditions) walk(asked, clause.body);
}

const ORDER = ["<", "<=", ">", ">=", "==", "!="];

function walk(asked: AskedValues, expression: unknown): void {
  if (!isRecord(expression)) return;
  const [[operator, given] = ["", undefined]] = Object.entries(expression);
  if (operator === "Value" || operator === "Var") return;
  if (operator === ".") return touch(asked, pathOf(expression), operator);
  if (!isRecord(given)) return void asked.unknown.add(operator);
  const { left, right } = given;
  if (operator === "!") return walk(asked, given["arg"]);
  if (operator === "&&" || operator === "||") return [left, right].forEach((each) => walk(asked, each));
  if (operator === "if-then-else") return ["if", "then", "else"].forEach((each) => walk(asked, given[each]));
  if (operator === "has") return touch(asked, pathOf({ ".": given }), operator);
  if (operator === "is") return sideOf(left) === null || given["in"] !== undefined ? void asked.unknown.add("is … in") : undefined;
  if (operator === "in") return addMembers(asked, left, right, "parents");
  if (ORDER.includes(operator)) return compare(asked, operator, left, right);
  if (operator === "contains" && isRecord(left) && Array.isArray(left["Set"])) return left["Set"].forEach((each: unknown) => compare(asked, "contains", right, each));
  asked.unknown.add(operator);
}

function touch(asked: AskedValues, path: string | null, operator: string): void {
  if (path === null) asked.unknown.add(operator);
  else if (!asked.literals.has(path)) asked.literals.set(path, new Set());
}

function compare(asked: AskedValues, operator: string, left: unknown, right: unknown): void {
  if (sideOf(left) !== null) return addMembers(asked, left, right, "ids");
  if (sideOf(right) !== null) return addMembers(asked, right, left, "ids");
  const [path, other] = [pathOf(left), pathOf(right)];
  if (path !== null && other !== null) {
    for (const each of [path, other]) touch(asked, each, operator);
    asked.pairs.push([path, other]);
    return;
  }
  const literal = literalOf(path === null ? left : right);
  const held = path ?? other;
  if (held === null || literal === null) return void asked.unknown.add(operator);
  touch(asked, held, operator);
  asked.literals.get(held)?.add(literal);
}

/** `principal in Role::"x"`, `principal == …`, `resource in [ … ]`. */
function addMembers(asked: AskedValues, left: unknown, right: unknown, kind: "ids" | "parents"): void {
  const side = sideOf(left);
  const items = isRecord(right) && Array.isArray(right["Set"]) ? right["Set"] : [right];
  const refs = items.map((item: unknown) => (isRecord(item) && isRecord(item["Value"]) && isRecord(item["Value"]["__entity"]) ? item["Value"]["__entity"] : null));
  for (const ref of refs) {
    if (side === null || ref === null || typeof ref["type"] !== "string" || typeof ref["id"] !== "string") asked.unknown.add(kind === "ids" ? "==" : "in");
    // A thing is in itself, too.
    else for (const into of kind === "ids" ? (["ids"] as const) : (["ids", "parents"] as const)) asked[into].get(side)?.push({ type: ref["type"], id: ref["id"] });
  }
}

function sideOf(expression: unknown): "principal" | "resource" | null {
  const name = isRecord(expression) ? expression["Var"] : undefined;
  return name === "principal" || name === "resource" ? name : null;
}

/** `context.facts.status`; null for what is no path. */
function pathOf(expression: unknown): string | null {
  if (!isRecord(expression)) return null;
  if (typeof expression["Var"] === "string") return expression["Var"];
  const access = expression["."];
  if (!isRecord(access)) return null;
  const left = pathOf(access["left"]);
  const names: unknown = access["attr"];
  return left === null ? null : [left, ...(Array.isArray(names) ? names.map(String) : [String(names)])].join(".");
}

function literalOf(expression: unknown): Literal | null {
  if (!isRecord(expression)) return null;
  const value = expression["Value"];
  if (typeof value === "string" || typeof value === "number" || typeof value === "boolean") return value;
  const inner = isRecord(expression["neg"]) ? literalOf(expression["neg"]["arg"]) : null;
  return typeof inner === "number" ? -inner : null;
}

export function refOf(entity: { __entity: EntityRef } | EntityRef): EntityRef {
  return "__entity" in entity ? entity.__entity : entity;
}
