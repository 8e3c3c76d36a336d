import type { ASTNode } from "@marcbachmann/cel-js";
import type { JsonSchema } from "../document/definition.ts";
import { itemOf, kindsOf, unionOf, unwrap, type JsonKind } from "../expressions/json-types.ts";
import { COMPREHENSIONS } from "./cel-tree.ts";
import type { CelChecker, CelNames } from "./cel-types.ts";

export const NUMBER: JsonSchema = { type: "number" };
export const STRING: JsonSchema = { type: "string" };
export const BOOLEAN: JsonSchema = { type: "boolean" };
const STRINGS: JsonSchema = { type: "array", items: STRING };

/** What functions give back, whatever they are given. */
const RESULTS: Readonly<Record<string, JsonSchema>> = {
  size: NUMBER, int: NUMBER, uint: NUMBER, double: NUMBER, string: STRING, bool: BOOLEAN, has: BOOLEAN, sum: NUMBER, min: NUMBER, max: NUMBER, round: NUMBER, floor: NUMBER, ceil: NUMBER, abs: NUMBER,
  timestamp: { type: "time" }, duration: { type: "duration" }, bytes: { type: "bytes" },
};

/** What functions need as their first argument. */
const NEEDS: Readonly<Record<string, readonly JsonKind[]>> = {
  size: ["string", "array", "object", "bytes"], sum: ["array"], min: ["array"], max: ["array"], round: ["number"], floor: ["number"], ceil: ["number"], abs: ["number"],
  timestamp: ["string", "number"], duration: ["string"],
};

/** Methods: what they are called on and what they give back; null: it depends. */
const METHODS: Readonly<Record<string, { on: readonly JsonKind[]; gives: JsonSchema | null }>> = {
  startsWith: { on: ["string"], gives: BOOLEAN }, endsWith: { on: ["string"], gives: BOOLEAN }, contains: { on: ["string"], gives: BOOLEAN }, matches: { on: ["string"], gives: BOOLEAN },
  lowerAscii: { on: ["string"], gives: STRING }, upperAscii: { on: ["string"], gives: STRING }, trim: { on: ["string"], gives: STRING }, substring: { on: ["string"], gives: STRING }, replace: { on: ["string"], gives: STRING },
  indexOf: { on: ["string"], gives: NUMBER }, lastIndexOf: { on: ["string"], gives: NUMBER }, split: { on: ["string"], gives: STRINGS }, join: { on: ["array"], gives: STRING },
  size: { on: ["string", "array", "object", "bytes"], gives: NUMBER }, hasValue: { on: ["optional"], gives: BOOLEAN },
  ...Object.fromEntries(["getFullYear", "getMonth", "getDate", "getDayOfMonth", "getDayOfWeek", "getDayOfYear"].map((name) => [name, { on: ["time"] as const, gives: NUMBER }])),
  ...Object.fromEntries(["getHours", "getMinutes", "getSeconds", "getMilliseconds"].map((name) => [name, { on: ["time", "duration"] as const, gives: NUMBER }])),
};

export function inferCall(checker: CelChecker, [name, args]: readonly [string, readonly ASTNode[]], names: CelNames): JsonSchema | null {
  const schemas = args.map((arg) => checker.infer(arg, names));
  const [first] = args;
  const needs = NEEDS[name];
  if (first !== undefined && needs !== undefined) checker.expect(first, schemas[0] ?? null, needs, `${name}() needs`);
  return name === "dyn" ? (schemas[0] ?? null) : (RESULTS[name] ?? null);
}

export function inferMethod(checker: CelChecker, [name, receiver, args]: readonly [string, ASTNode, readonly ASTNode[]], names: CelNames): JsonSchema | null {
  if (name === "bind" && receiver.op === "id" && receiver.args === "cel") return inferBind(checker, args, names);
  const on = checker.infer(receiver, names);
  if (COMPREHENSIONS.has(name)) return inferComprehension(checker, name, { receiver, on }, args, names);
  const schemas = args.map((arg) => checker.infer(arg, names));
  if (name === "orValue") return unionOf([unwrap(on), schemas[0] ?? null]);
  if (name === "value") return unwrap(on);
  const method = METHODS[name];
  if (method === undefined) return null;
  checker.expect(receiver, on, method.on, `${name}() needs`);
  if (name === "matches" && args[0] !== undefined) checker.pattern(args[0]);
  const [first] = args;
  if (first !== undefined && method.on[0] === "string" && method.on.length === 1 && name !== "substring") checker.expect(first, schemas[0] ?? null, ["string"], `${name}() needs`);
  return method.gives;
}

function inferBind(checker: CelChecker, [name, value, body]: readonly ASTNode[], names: CelNames): JsonSchema | null {
  if (name?.op !== "id" || value === undefined || body === undefined) return null;
  return checker.infer(body, { ...names, [name.args]: checker.infer(value, names) });
}

/** Over a list the name is an item, over an object a key. */
function inferComprehension(checker: CelChecker, name: string, { receiver, on }: { receiver: ASTNode; on: JsonSchema | null }, args: readonly ASTNode[], names: CelNames): JsonSchema | null {
  checker.expect(receiver, on, ["array", "object"], `${name}() needs`);
  const [variable, ...bodies] = args;
  if (variable?.op !== "id") return null;
  const kinds = kindsOf(on);
  const item = kinds === null ? null : kinds.has("array") ? itemOf(on) : STRING;
  const schemas = bodies.map((body) => checker.infer(body, { ...names, [variable.args]: item }));
  const [first] = bodies;
  const isTest = name !== "map" || bodies.length === 2;
  if (isTest && first !== undefined) checker.expect(first, schemas[0] ?? null, ["boolean"], `${name}() needs`);
  if (name === "filter") return { type: "array", ...(item === null ? {} : { items: item }) };
  return name === "map" ? { type: "array", items: schemas.at(-1) ?? {} } : BOOLEAN;
}
