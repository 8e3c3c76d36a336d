import type { DataContract, DurationRule, EventConsumption, JsonSchema, NamedTask, TaskList } from "../../document/definition.ts";
import { joinPointer } from "../../document/json-pointer.ts";
import { describeKinds, itemOf, kindsOf, unionOf } from "../../expressions/json-types.ts";
import type { Checking, Report } from "../findings.ts";
import { typeCall, typeRun } from "./type-call.ts";
import { type DataTypes, joinTypes, typeTemplate } from "./types-at.ts";
import { type Route, thensOf, walkList } from "../walk-list.ts";

/** Every expression against the data that reaches it: the document's input schema, and what functions and tools give back. */
export function checkTypes(checking: Checking): void {
  const { definition } = checking.source;
  const input = applyContract(checking, definition.input, "/input", "from", { input: definition.input.schema, context: null, variables: {} }, definition.input.schema, null);
  const end = typeList(checking, definition.do, { input, context: null, variables: {} });
  applyContract(checking, definition.output, "/output", "as", end, end.input, end.input);
  for (const [name, error] of Object.entries(definition.use.errors)) typeTemplate(checking, { ...error }, joinPointer("/use/errors", name), UNKNOWN);
  typeTemplate(checking, definition.use.authentications, "/use/authentications", UNKNOWN);
  for (const named of Object.values(definition.use.functions)) typeTask(checking, named, { ...UNKNOWN, input: named.task.input.schema });
  for (const extension of definition.use.extensions) for (const list of [extension.before, extension.after]) typeList(checking, list, UNKNOWN);
}

const UNKNOWN: DataTypes = { input: null, context: null, variables: {} };
const NUMBER: JsonSchema = { type: "number" };

/**
 * `from`: the declared schema is of the data before, `as`: of the data after it; what is declared counts before what was
 * inferred. `output`: what `as` makes the new data from.
 */
function applyContract(checking: Checking, contract: DataContract, pointer: string, key: "from" | "as", types: DataTypes, given: JsonSchema | null, output: JsonSchema | null): JsonSchema | null {
  const before = key === "from" ? { ...types, input: contract.schema ?? given } : types;
  const made = contract.transform === null ? given : typeTemplate(checking, contract.transform, `${pointer}/${key}`, before, key === "as" ? (output ?? {}) : null);
  return key === "from" && contract.transform !== null ? made : (contract.schema ?? made);
}

/** The data after a list, whichever way it was left. */
function typeList(checking: Checking, list: TaskList, entry: DataTypes): DataTypes {
  const walked = walkList<DataTypes>(list, entry, {
    step: (named, types) => typeTask(checking, named, types), join: joinTypes,
    // Another round may bring anything.
    reenter: (types) => ({ ...types, input: null, context: null }),
  });
  return walked.exits.length === 0 ? { ...entry, input: null, context: null } : walked.exits.reduce(joinTypes);
}

function typeTask(checking: Checking, named: NamedTask, entry: DataTypes): Route<DataTypes>[] {
  const { task, pointer } = named;
  if (task.if !== null) expectKind(checking, task.if, `${pointer}/if`, entry, "boolean");
  const input = applyContract(checking, task.input, `${pointer}/input`, "from", entry, entry.input, null);
  const types = { ...entry, input };
  typeDuration(checking, task.timeout?.after ?? null, `${pointer}/timeout/after`, types);
  const body = typeBody(checking, named, types);
  const output = applyContract(checking, task.output, `${pointer}/output`, "as", types, body.output, body.output);
  const hasExport = task.export.transform !== null || task.export.schema !== null;
  const context = hasExport ? applyContract(checking, task.export, `${pointer}/export`, "as", types, output, output) : body.context;
  const after = { ...entry, input: output, context };
  // A skipped task hands on what came to it, always to the next one.
  const skipped: Route<DataTypes>[] = task.if === null ? [] : [{ to: "continue", state: entry }];
  return [...thensOf(task).map((to) => ({ to, state: after })), ...skipped];
}

type Body = { output: JsonSchema | null; context: JsonSchema | null };

function typeBody(checking: Checking, named: NamedTask, types: DataTypes): Body {
  const { task, pointer } = named;
  const same: Body = { output: types.input, context: types.context };
  switch (task.kind) {
    case "set": return { ...same, output: typeTemplate(checking, task.set, `${pointer}/set`, types) };
    case "call": return { ...same, output: typeCall(checking, named, types) };
    case "run": return { ...same, output: typeRun(checking, named, types) };
    case "do": return bodyOf(typeList(checking, task.do, types));
    case "for": return typeLoop(checking, named, types);
    case "fork": return typeFork(checking, task.branches, task.isCompeting, types);
    case "try": return typeTry(checking, named, types);
    case "listen": return typeListen(checking, named, types);
    case "switch":
      for (const [index, { name, when }] of task.cases.entries()) if (when !== null) expectKind(checking, when, `${joinPointer(`${pointer}/switch`, index, name)}/when`, types, "boolean");
      return same;
    case "emit": typeTemplate(checking, task.event, `${pointer}/emit/event/with`, types); return same;
    case "wait": typeDuration(checking, task.wait, `${pointer}/wait`, types); return same;
    case "raise": if (!("reference" in task.error)) typeTemplate(checking, { ...task.error }, `${pointer}/raise/error`, types); return same;
  }
}

function bodyOf(types: DataTypes): Body {
  return { output: types.input, context: types.context };
}

function typeDuration(checking: Checking, rule: DurationRule | null, pointer: string, types: DataTypes): void {
  if (rule !== null && "expression" in rule) typeTemplate(checking, rule.expression, pointer, types);
}

/** In jq all values can be a condition; in CEL only true and false can. */
function expectKind(checking: Checking, expression: string, pointer: string, types: DataTypes, kind: "boolean" | "array"): JsonSchema | null {
  const schema = typeTemplate(checking, expression, pointer, types);
  const kinds = kindsOf(schema);
  if (kinds === null || kinds.size === 0 || kinds.has(kind) || (kind === "boolean" && checking.source.definition.language === "jq")) return schema;
  checking.report({ rule: "expression", severity: "error", pointer, message: `This must be ${kind === "array" ? "a list" : "true or false"}, but it is ${describeKinds(kinds)}.`, advice: kind === "array" ? "Loop over a list." : "Compare it with something." });
  return schema;
}

/** Finds nothing: loops within loops are then looked at once only. */
const SILENT: Report = () => {};

function typeLoop(checking: Checking, { task, pointer }: NamedTask, types: DataTypes): Body {
  if (task.kind !== "for") return bodyOf(types);
  const list = expectKind(checking, task.in, `${pointer}/for/in`, types, "array");
  const inside = { ...types, variables: { ...types.variables, [task.each]: itemOf(list), [task.at]: NUMBER } };
  // A round begins with what the round before has left: the first look only finds out what that is.
  const isSilent = checking.report === SILENT;
  const once = isSilent ? inside : typeList({ ...checking, report: SILENT }, task.do, inside);
  const every = { ...inside, input: unionOf([types.input, once.input]), context: unionOf([types.context, once.context]) };
  if (task.while !== null) expectKind(checking, task.while, `${pointer}/while`, every, "boolean");
  return bodyOf(joinTypes(types, typeList(checking, task.do, every)));
}

function typeFork(checking: Checking, branches: TaskList, isCompeting: boolean, types: DataTypes): Body {
  const outputs = branches.map((branch) => typeTask(checking, branch, types)).map((routes) => unionOf(routes.map(({ state }) => state.input)));
  const union = unionOf(outputs);
  return { context: types.context, output: isCompeting ? union : { type: "array", items: union ?? {} } };
}

const ERROR: JsonSchema = { type: "object", properties: { type: { type: "string" }, status: { type: "number" }, title: { type: "string" }, detail: { type: ["string", "null"] }, instance: { type: "string" }, code: {}, details: {} } };

function typeTry(checking: Checking, { task, pointer }: NamedTask, types: DataTypes): Body {
  if (task.kind !== "try") return bodyOf(types);
  const tried = typeList(checking, task.try, types);
  const caught = { ...types, variables: { ...types.variables, [task.catch.as]: ERROR } };
  const { when, exceptWhen, retry } = task.catch;
  for (const [key, condition] of [["when", when], ["exceptWhen", exceptWhen]] as const) if (condition !== null) expectKind(checking, condition, `${pointer}/catch/${key}`, caught, "boolean");
  if (retry !== null && !("reference" in retry)) for (const [key, condition] of [["when", retry.when], ["exceptWhen", retry.exceptWhen]] as const) if (condition !== null) expectKind(checking, condition, `${pointer}/catch/retry/${key}`, caught, "boolean");
  const after = task.catch.do === null ? types : typeList(checking, task.catch.do, caught);
  return bodyOf(joinTypes(tried, { ...after, variables: types.variables }));
}

function typeListen(checking: Checking, { task, pointer }: NamedTask, types: DataTypes): Body {
  if (task.kind !== "listen") return bodyOf(types);
  typeConsumption(checking, task.to, `${pointer}/listen/to`, types);
  const { foreach } = task;
  if (foreach === null) return { ...bodyOf(types), output: { type: "array" } };
  const inside = { ...types, input: null, variables: { ...types.variables, [foreach.item]: null, [foreach.at]: NUMBER } };
  const made = foreach.do === null ? inside : typeList(checking, foreach.do, inside);
  applyContract(checking, foreach.output, `${pointer}/foreach/output`, "as", inside, made.input, made.input);
  applyContract(checking, foreach.export, `${pointer}/foreach/export`, "as", inside, made.input, made.input);
  return { output: { type: "array" }, context: foreach.export.transform === null ? made.context : null };
}

/** What an event must be like is asked of the event (anything), what it must equal of our own data. */
function typeConsumption(checking: Checking, to: EventConsumption, pointer: string, types: DataTypes): void {
  const event = { ...types, input: null };
  const filters = to.kind === "one" ? [{ filter: to.filter, at: `${pointer}/one` }] : to.filters.map((filter, index) => ({ filter, at: joinPointer(`${pointer}/${to.kind}`, index) }));
  for (const { filter, at } of filters) {
    // In the place of an attribute an expression is over the event, inside an object over our own data.
    for (const [name, wanted] of Object.entries(filter.with)) typeTemplate(checking, wanted, joinPointer(`${at}/with`, name), typeof wanted === "string" ? event : types);
    for (const [name, { from, expect }] of Object.entries(filter.correlate)) {
      typeTemplate(checking, from, `${joinPointer(`${at}/correlate`, name)}/from`, event);
      if (expect !== null) typeTemplate(checking, expect, `${joinPointer(`${at}/correlate`, name)}/expect`, types);
    }
  }
  if (to.kind !== "any" || to.until === null) return;
  if (typeof to.until === "string") typeTemplate(checking, to.until, `${pointer}/until`, event);
  else typeConsumption(checking, to.until, `${pointer}/until`, types);
}
