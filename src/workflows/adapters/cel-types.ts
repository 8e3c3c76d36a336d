import type { ASTNode } from "@marcbachmann/cel-js";
import type { JsonSchema } from "../document/definition.ts";
import { didYouMean } from "../../lib/did-you-mean.ts";
import type { ExpressionFault, ExpressionTypes } from "../expressions/expression.ts";
import { faultOfPattern } from "../../lib/patterns/linear-pattern.ts";
import { asSchema, describeKinds, fieldOf, itemOf, kindsOf, unionOf, unwrap, valuesOf, type JsonKind } from "../expressions/json-types.ts";
import { BOOLEAN, NUMBER, STRING, inferCall, inferMethod } from "./cel-calls.ts";

/** Names and what stands behind them; null: anything. */
export type CelNames = Readonly<Record<string, JsonSchema | null>>;

/** One walk over one expression; collects faults and never stops at the first. */
export type CelChecker = {
  infer(node: ASTNode, names: CelNames): JsonSchema | null;
  fault(node: ASTNode, message: string): void;
  /** A fault unless the node can be of one of these kinds. */
  expect(node: ASTNode, schema: JsonSchema | null, allowed: readonly JsonKind[], what: string): void;
  pattern(node: ASTNode): void;
};

/** The schema of an expression's result, and what cannot be right under these types. Pure. */
export function inferCel(tree: ASTNode, types: ExpressionTypes): { faults: ExpressionFault[]; result: JsonSchema | null } {
  const faults: ExpressionFault[] = [];
  const checker: CelChecker = {
    infer: (node, names) => inferNode(checker, node, names),
    fault: (node, message) => void faults.push({ message, offset: node.range.start }),
    expect(node, schema, allowed, what) {
      const kinds = kindsOf(schema);
      if (kinds !== null && kinds.size > 0 && !allowed.some((kind) => kinds.has(kind))) checker.fault(node, `${what} ${describeKinds(new Set(allowed))}, but \`${textOf(node)}\` is ${describeKinds(kinds)}.`);
    },
    pattern(node) {
      if (node.op !== "value" || typeof node.args !== "string") return;
      const fault = faultOfPattern(node.args);
      if (fault !== null) checker.fault(node, `${fault}.`);
    },
  };
  return { result: checker.infer(tree, namesOf(types)), faults };
}

const SECRET: JsonSchema = { type: "string" };

function namesOf(types: ExpressionTypes): CelNames {
  const secrets: JsonSchema = { type: "object", properties: Object.fromEntries(types.secrets.map((name) => [name, {}])), ...(types.secrets.length === 0 ? { additionalProperties: SECRET } : {}) };
  return { input: types.input, context: types.context, output: types.output, secrets, workflow: null, task: null, runtime: null, cel: null, optional: null, ...types.variables };
}

function inferNode(checker: CelChecker, node: ASTNode, names: CelNames): JsonSchema | null {
  switch (node.op) {
    case "value": return schemaOfLiteral(node.args);
    case "id": return inferName(checker, node, node.args, names);
    case ".": return inferField(checker, node, checker.infer(node.args[0], names), node.args[1]);
    case ".?": return optional(inferField(checker, node, unwrap(checker.infer(node.args[0], names)), node.args[1]));
    case "[]": return inferIndex(checker, node.args, names);
    case "[?]": return optional(inferIndex(checker, node.args, names));
    case "call": return inferCall(checker, node.args, names);
    case "rcall": return inferMethod(checker, node.args, names);
    case "list": return { type: "array", items: unionOf(node.args.map((item) => checker.infer(item, names))) ?? {} };
    case "map": return inferMap(checker, node.args, names);
    case "?:": return inferChoice(checker, node.args, names);
    case "||": case "&&": return inferLogic(checker, node.op, node.args, names);
    case "!_": return inferLogic(checker, "!", [node.args], names);
    case "-_": return inferNumber(checker, node.args, names);
    case "==": case "!=": return inferEquality(checker, node, node.args, names);
    case "in": return inferIn(checker, node.args, names);
    case "<": case "<=": case ">": case ">=": return inferOrder(checker, node, node.args, names);
    case "+": case "-": case "*": case "/": case "%": return inferArithmetic(checker, node, node.op, node.args, names);
  }
}

function schemaOfLiteral(value: unknown): JsonSchema {
  if (typeof value === "string") return { type: "string", const: value };
  if (typeof value === "boolean") return BOOLEAN;
  if (value === null) return { type: "null" };
  return value instanceof Uint8Array ? { type: "bytes" } : NUMBER;
}

function inferName(checker: CelChecker, node: ASTNode, name: string, names: CelNames): JsonSchema | null {
  const found = names[name];
  if (found === undefined) checker.fault(node, `There is no "${name}" here.${didYouMean(name, Object.keys(names).filter((known) => known !== "cel" && known !== "optional"))}`);
  return found ?? null;
}

function inferField(checker: CelChecker, node: ASTNode, base: JsonSchema | null, name: string): JsonSchema | null {
  const answer = fieldOf(unwrap(base), name);
  if (answer.kind === "known") return answer.schema;
  const owner = textOf(node).slice(0, -name.length).replace(/[.?]+$/, "");
  if (answer.kind === "no_fields") checker.fault(node, `\`${owner}\` is ${describeKinds(answer.kinds)} and has no field "${name}".`);
  else checker.fault(node, `\`${owner}\` has no field "${name}".${didYouMean(name, answer.fields)}`);
  return null;
}

function inferIndex(checker: CelChecker, [base, index]: readonly [ASTNode, ASTNode], names: CelNames): JsonSchema | null {
  const schema = unwrap(checker.infer(base, names));
  const indexSchema = checker.infer(index, names);
  checker.expect(base, schema, ["array", "object"], "[ ] needs");
  if (index.op === "value" && typeof index.args === "string") return kindsOf(schema)?.has("array") === true ? null : inferField(checker, index, schema, index.args);
  const kinds = kindsOf(schema);
  if (kinds === null || !kinds.has("array")) return asSchema(schema?.["additionalProperties"]);
  if (kinds.size === 1) checker.expect(index, indexSchema, ["number"], "The place in a list is");
  return itemOf(schema);
}

function inferMap(checker: CelChecker, entries: readonly (readonly [ASTNode, ASTNode])[], names: CelNames): JsonSchema {
  const properties: Record<string, unknown> = {};
  let isOpen = false;
  for (const [key, value] of entries) {
    const schema = checker.infer(value, names);
    if (key.op === "value") properties[String(key.args)] = schema ?? {};
    else {
      checker.infer(key, names);
      isOpen = true;
    }
  }
  return { type: "object", properties, ...(isOpen ? { additionalProperties: true } : {}) };
}

function inferChoice(checker: CelChecker, [condition, yes, no]: readonly [ASTNode, ASTNode, ASTNode], names: CelNames): JsonSchema | null {
  checker.expect(condition, checker.infer(condition, names), ["boolean"], "A condition is");
  return unionOf([checker.infer(yes, names), checker.infer(no, names)]);
}

function inferLogic(checker: CelChecker, sign: string, operands: readonly ASTNode[], names: CelNames): JsonSchema {
  for (const operand of operands) checker.expect(operand, checker.infer(operand, names), ["boolean"], `\`${sign}\` needs`);
  return BOOLEAN;
}

function inferNumber(checker: CelChecker, operand: ASTNode, names: CelNames): JsonSchema {
  checker.expect(operand, checker.infer(operand, names), ["number", "duration"], "`-` needs");
  return NUMBER;
}

function inferEquality(checker: CelChecker, node: ASTNode, [left, right]: readonly [ASTNode, ASTNode], names: CelNames): JsonSchema {
  const [leftSchema, rightSchema] = [checker.infer(left, names), checker.infer(right, names)];
  const [leftKinds, rightKinds] = [kindsOf(leftSchema), kindsOf(rightSchema)];
  const isNullTest = leftKinds?.has("null") === true || rightKinds?.has("null") === true;
  if (leftKinds !== null && rightKinds !== null && !isNullTest && leftKinds.size > 0 && ![...leftKinds].some((kind) => rightKinds.has(kind))) checker.fault(node, `\`${textOf(left)}\` is ${describeKinds(leftKinds)} and \`${textOf(right)}\` is ${describeKinds(rightKinds)}: they are never equal.`);
  checkValue(checker, leftSchema, right);
  checkValue(checker, rightSchema, left);
  return BOOLEAN;
}

/** A text compared with what has a fixed list of values must be one of them. */
function checkValue(checker: CelChecker, schema: JsonSchema | null, node: ASTNode): void {
  const values = valuesOf(schema);
  if (values === null || node.op !== "value" || typeof node.args !== "string" || values.includes(node.args)) return;
  const texts = values.filter((value) => typeof value === "string");
  if (texts.length > 0) checker.fault(node, `It is never "${node.args}".${didYouMean(node.args, texts)}`);
}

function inferIn(checker: CelChecker, [item, collection]: readonly [ASTNode, ASTNode], names: CelNames): JsonSchema {
  const schema = checker.infer(item, names);
  checker.expect(collection, checker.infer(collection, names), ["array", "object"], "`in` needs");
  if (collection.op === "list") for (const each of collection.args) checkValue(checker, schema, each);
  return BOOLEAN;
}

const ORDERED: readonly JsonKind[] = ["number", "string", "time", "duration", "boolean", "bytes"];

function inferOrder(checker: CelChecker, node: ASTNode, [left, right]: readonly [ASTNode, ASTNode], names: CelNames): JsonSchema {
  const [leftSchema, rightSchema] = [checker.infer(left, names), checker.infer(right, names)];
  const [leftKinds, rightKinds] = [kindsOf(leftSchema), kindsOf(rightSchema)];
  checker.expect(left, leftSchema, ORDERED, `\`${node.op}\` needs`);
  checker.expect(right, rightSchema, ORDERED, `\`${node.op}\` needs`);
  if (leftKinds !== null && rightKinds !== null && ![...leftKinds].some((kind) => rightKinds.has(kind))) checker.fault(node, `\`${textOf(left)}\` is ${describeKinds(leftKinds)} and \`${textOf(right)}\` is ${describeKinds(rightKinds)}: they cannot be compared.`);
  return BOOLEAN;
}

function inferArithmetic(checker: CelChecker, node: ASTNode, sign: string, [left, right]: readonly [ASTNode, ASTNode], names: CelNames): JsonSchema | null {
  const schemas = [checker.infer(left, names), checker.infer(right, names)] as const;
  const [leftKinds, rightKinds] = [kindsOf(schemas[0]), kindsOf(schemas[1])];
  const allowed: readonly JsonKind[] = sign === "+" ? ["number", "string", "array", "time", "duration", "bytes"] : sign === "-" ? ["number", "time", "duration"] : ["number"];
  checker.expect(left, schemas[0], allowed, `\`${sign}\` needs`);
  checker.expect(right, schemas[1], allowed, `\`${sign}\` needs`);
  if (leftKinds === null || rightKinds === null) return sign === "+" || sign === "-" ? null : NUMBER;
  const hasTime = [leftKinds, rightKinds].some((kinds) => kinds.has("time") || kinds.has("duration"));
  if (!hasTime && ![...leftKinds].some((kind) => rightKinds.has(kind))) checker.fault(node, `\`${sign}\` cannot join \`${textOf(left)}\`, which is ${describeKinds(leftKinds)}, and \`${textOf(right)}\`, which is ${describeKinds(rightKinds)}: convert with string() or double().`);
  if (hasTime) return null;
  if (leftKinds.has("string")) return STRING;
  return leftKinds.has("array") ? unionOf(schemas) : NUMBER;
}

function optional(schema: JsonSchema | null): JsonSchema {
  return { type: "optional", of: schema ?? {} };
}

function textOf(node: ASTNode): string {
  return node.input.slice(node.range.start, node.range.end);
}
