import type { JsonSchema } from "../document/definition.ts";
import { describeKinds, fieldOf, itemOf, kindsOf } from "../expressions/json-types.ts";
import { didYouMean } from "../../lib/did-you-mean.ts";

/** What a simple expression reads: the data, or a variable by its name. */
export type JqReader = (variable: string | null) => unknown;

type Step = { key: string } | { index: number };
type Operand = { kind: "path"; variable: string | null; steps: readonly Step[] } | { kind: "literal"; value: string | number | boolean | null };
const COMPARISONS = ["==", "!=", "<=", ">=", "<", ">"] as const;
type Comparison = (typeof COMPARISONS)[number];

/** The part of jq that needs no engine: a path, a constant, or a path compared with a constant. */
export type SimpleJq = { left: Operand; comparison: { sign: Comparison; right: Operand } | null };

const PATH_START = /^(?:\$([A-Za-z_]\w*)|(\.))/;
const FIELD = /^\.?([A-Za-z_]\w*)/;
const LITERAL = /^(?:"([^"\\]*)"|(-?(?:0|[1-9]\d{0,14})(?:\.\d{1,6})?)(?![\d.eE])|(true|false|null)\b)/;

/** Null: it takes the engine to say what this does. */
export function parseSimpleJq(source: string): SimpleJq | null {
  const text = source.trim();
  const left = readOperand(text);
  if (left === null) return null;
  const rest = left.rest.trimStart();
  if (rest === "") return { left: left.operand, comparison: null };
  const sign = COMPARISONS.find((each) => rest.startsWith(each));
  const right = sign === undefined ? null : readOperand(rest.slice(sign.length).trimStart());
  if (sign === undefined || right === null || right.rest.trim() !== "") return null;
  const hasConstant = left.operand.kind === "literal" || right.operand.kind === "literal";
  return hasConstant ? { left: left.operand, comparison: { sign, right: right.operand } } : null;
}

function readOperand(text: string): { operand: Operand; rest: string } | null {
  const literal = LITERAL.exec(text);
  if (literal !== null) {
    const [all, string, number, word] = literal;
    const value = string !== undefined ? string : number !== undefined ? Number(number) : word === "null" ? null : word === "true";
    return { operand: { kind: "literal", value }, rest: text.slice(all.length) };
  }
  const start = PATH_START.exec(text);
  if (start === null) return null;
  const [all, variable = null] = start;
  if (variable === "ENV" || variable?.startsWith("__") === true) return null;
  let rest = text.slice(all.length);
  const steps: Step[] = [];
  for (let isFirst = variable === null; ; isFirst = false) {
    const step = readStep(rest, isFirst);
    if (step === null) return { operand: { kind: "path", variable, steps }, rest };
    steps.push(step.step);
    rest = step.rest;
  }
}

function readStep(text: string, isFirst: boolean): { step: Step; rest: string } | null {
  const index = /^\.?\[(?:(-?\d{1,9})|"([^"\\]*)")\]/.exec(text);
  if (index !== null) return { step: index[1] === undefined ? { key: index[2] ?? "" } : { index: Number(index[1]) }, rest: text.slice(index[0].length) };
  const quoted = (isFirst ? /^"([^"\\]*)"/ : /^\."([^"\\]*)"/).exec(text);
  if (quoted !== null) return { step: { key: quoted[1] ?? "" }, rest: text.slice(quoted[0].length) };
  const field = isFirst || text.startsWith(".") ? FIELD.exec(text) : null;
  if (field === null || (isFirst && text.startsWith("."))) return null;
  return { step: { key: field[1] ?? "" }, rest: text.slice(field[0].length) };
}

/** Throws Error with jq's own words. */
export function evaluateSimpleJq({ left, comparison }: SimpleJq, read: JqReader): unknown {
  const value = valueOf(left, read);
  if (comparison === null) return value;
  const order = compare(value, valueOf(comparison.right, read));
  switch (comparison.sign) {
    case "==": return order === 0;
    case "!=": return order !== 0;
    case "<": return order < 0;
    case "<=": return order <= 0;
    case ">": return order > 0;
    case ">=": return order >= 0;
  }
}

function valueOf(operand: Operand, read: JqReader): unknown {
  if (operand.kind === "literal") return operand.value;
  let value = read(operand.variable);
  for (const step of operand.steps) value = "key" in step ? atKey(value, step.key) : atIndex(value, step.index);
  return value;
}

function atKey(value: unknown, key: string): unknown {
  if (value === null) return null;
  if (typeof value !== "object" || Array.isArray(value)) throw new Error(`Cannot index ${typeName(value)} with "${key}"`);
  const found: unknown = Object.hasOwn(value, key) ? Reflect.get(value, key) : null;
  return found ?? null;
}

function atIndex(value: unknown, index: number): unknown {
  if (value === null) return null;
  if (!Array.isArray(value)) throw new Error(`Cannot index ${typeName(value)} with number`);
  return value[index < 0 ? value.length + index : index] ?? null;
}

function typeName(value: unknown): string {
  return value === null ? "null" : Array.isArray(value) ? "array" : typeof value;
}

/** jq's order of unlike things: null, false, true, numbers, strings, arrays, objects. One of the two is a constant. */
function compare(left: unknown, right: unknown): number {
  const byRank = rank(left) - rank(right);
  if (byRank !== 0) return byRank;
  if (typeof left === "number" && typeof right === "number") return left - right;
  if (typeof left === "string" && typeof right === "string") return left === right ? 0 : Buffer.compare(Buffer.from(left), Buffer.from(right));
  return 0;
}

function rank(value: unknown): number {
  if (value === null) return 0;
  if (typeof value === "boolean") return value ? 2 : 1;
  if (typeof value === "number") return 3;
  if (typeof value === "string") return 4;
  return Array.isArray(value) ? 5 : 6;
}

/** The schema behind a path, or what is wrong with it. `read` gives the schemas as the reader gives the values. */
export function checkSimpleJq({ left, comparison }: SimpleJq, read: (variable: string | null) => JsonSchema | null): { fault: string | null; result: JsonSchema | null } {
  if (left.kind === "literal") return { fault: null, result: comparison === null ? { const: left.value } : { type: "boolean" } };
  let current = read(left.variable);
  let path = left.variable === null ? "" : `$${left.variable}`;
  for (const step of left.steps) {
    const answer = "key" in step ? stepInto(current, step.key, path) : { fault: null, result: kindsOf(current)?.has("array") === false ? null : itemOf(current) };
    if (answer.fault !== null) return answer;
    current = answer.result;
    path += "key" in step ? `.${step.key}` : `[${step.index}]`;
  }
  return { fault: null, result: comparison === null ? current : { type: "boolean" } };
}

function stepInto(schema: JsonSchema | null, key: string, path: string): { fault: string | null; result: JsonSchema | null } {
  const answer = fieldOf(schema, key);
  if (answer.kind === "known") return { fault: null, result: answer.schema };
  const owner = `\`${path === "" ? "." : path}\``;
  if (answer.kind === "no_such_field") return { fault: `${owner} has no field "${key}".${didYouMean(key, answer.fields)}`, result: null };
  return { fault: answer.kinds.has("null") ? null : `${owner} is ${describeKinds(answer.kinds)} and has no field "${key}".`, result: null };
}
