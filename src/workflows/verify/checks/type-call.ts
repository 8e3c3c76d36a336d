import { isRecord } from "../../../lib/is-record.ts";
import type { JsonSchema, NamedTask } from "../../document/definition.ts";
import { didYouMean } from "../../../lib/did-you-mean.ts";
import { ownValue } from "../../../lib/own-value.ts";
import { joinPointer } from "../../document/json-pointer.ts";
import { asSchema, describeKinds, fieldOf, kindsOf, unionOf, valuesOf } from "../../expressions/json-types.ts";
import { workflowKey } from "../environment.ts";
import { type Checking, REFUSED_CALLS, toolOf } from "../findings.ts";
import { type DataTypes, typeTemplate } from "./types-at.ts";

/** Checks what a call is given against what it takes; gives the schema of what comes back. */
export function typeCall(checking: Checking, named: NamedTask, types: DataTypes): JsonSchema | null {
  const { task, pointer } = named;
  if (task.kind !== "call") return null;
  // Refused by name anyway; their arguments have names of their own.
  if (REFUSED_CALLS.includes(task.call)) return null;
  const { environment, source } = checking;
  const given = typeTemplate(checking, task.with, `${pointer}/with`, types);
  const own = ownValue(source.definition.use.functions, task.call);
  if (own !== undefined) {
    compare(checking, given, own.task.input.schema, `${pointer}/with`, `"${task.call}"`);
    return own.task.output.schema;
  }
  const known = environment.functions.get(task.call);
  if (known !== undefined) compare(checking, given, known.inputSchema, `${pointer}/with`, `"${task.call}"`);
  const name = task.call === "approve" ? task.with["tool"] : toolOf(named);
  const tool = typeof name === "string" ? environment.tools.get(name) : undefined;
  if (tool === undefined) return known?.outputSchema ?? null;
  const properties = given === null ? undefined : given["properties"];
  compare(checking, (isRecord(properties) ? asSchema(properties["arguments"]) : null) ?? { type: "object", properties: {} }, tool.inputSchema, `${pointer}/with/arguments`, `the tool "${String(name)}"`);
  return task.call === "tool" ? withOutput(known?.outputSchema ?? null, tool.outputSchema) : (known?.outputSchema ?? null);
}

/** The answer of `tool`, with the tool's own output in it where the call was made. */
function withOutput(answer: JsonSchema | null, output: JsonSchema | null): JsonSchema | null {
  const properties = answer?.["properties"];
  if (answer === null || !isRecord(properties)) return null;
  return { ...answer, properties: { ...properties, output: output === null ? {} : (unionOf([output, { type: "null" }]) ?? {}) } };
}

export function typeRun(checking: Checking, { task, pointer }: NamedTask, types: DataTypes): JsonSchema | null {
  if (task.kind !== "run") return null;
  if (task.run.kind !== "workflow") {
    typeTemplate(checking, task.run.with, `${pointer}/run/${task.run.kind}`, types);
    return null;
  }
  const given = task.run.input === null ? types.input : typeTemplate(checking, task.run.input, `${pointer}/run/workflow/input`, types);
  const sub = checking.environment.workflows.get(workflowKey(task.run));
  if (sub === undefined) return null;
  compare(checking, given, sub.definition.input.schema, `${pointer}/run/workflow/input`, `the workflow "${task.run.name}"`);
  return task.run.isAwaited ? sub.definition.output.schema : types.input;
}

/** Names that are missing or not known, and values that cannot fit; only one level, where the document writes them. */
function compare(checking: Checking, given: JsonSchema | null, wanted: JsonSchema | null, pointer: string, taker: string): void {
  const properties = given?.["properties"];
  if (wanted === null || !isRecord(properties)) return;
  const { required } = wanted;
  for (const name of Array.isArray(required) ? required : []) {
    const field = fieldOf(wanted, String(name));
    const hasDefault = field.kind === "known" && field.schema !== null && "default" in field.schema;
    if (properties[String(name)] === undefined && !hasDefault && given?.["additionalProperties"] !== true) report(checking, pointer, `${taker} needs "${String(name)}".`, "Add it.");
  }
  for (const [name, schema] of Object.entries(properties)) {
    const field = fieldOf(wanted, name);
    const place = joinPointer(pointer, name);
    if (field.kind === "no_such_field") report(checking, place, `${taker} takes no "${name}".${didYouMean(name, field.fields)}`, "Correct the name, or remove it.");
    if (field.kind === "known") compareValue(checking, asSchema(schema), field.schema, place, taker);
  }
}

function compareValue(checking: Checking, given: JsonSchema | null, wanted: JsonSchema | null, place: string, taker: string): void {
  const [givenKinds, wantedKinds] = [kindsOf(given), kindsOf(wanted)];
  if (givenKinds !== null && wantedKinds !== null && givenKinds.size > 0 && ![...givenKinds].some((kind) => wantedKinds.has(kind))) report(checking, place, `${taker} takes ${describeKinds(wantedKinds)} here, and gets ${describeKinds(givenKinds)}.`, "Give it the right type.");
  const values = valuesOf(wanted);
  const constant = given?.["const"];
  if (values !== null && typeof constant === "string" && !values.includes(constant)) report(checking, place, `${taker} does not take "${constant}" here.${didYouMean(constant, values.map(String))}`, "Use one of its values.");
}

function report(checking: Checking, pointer: string, message: string, advice: string): void {
  checking.report({ rule: "argument", severity: "error", pointer, message: message.charAt(0).toUpperCase() + message.slice(1), advice });
}
