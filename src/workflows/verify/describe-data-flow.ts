import { isRecord } from "../../lib/is-record.ts";
import { ownValue } from "../../lib/own-value.ts";
import type { NamedTask, Place, TaskList, WorkflowSource } from "../document/definition.ts";
import { objectAt } from "../document/raw-value.ts";
import { type LabelScope, type Labels, NO_LABELS, labelsOf, labelsUnder, mergeLabels, namesOf } from "./data-labels.ts";
import { type CheckEnvironment, workflowKey } from "./environment.ts";
import { toolOf } from "./findings.ts";
import { personalFields } from "./personal-fields.ts";
import { type Route, thensOf, walkList } from "./walk-list.ts";

/** A personal field that can reach a system outside: at this task, or in the sub-workflow that it runs. */
export type DataFlow = { field: string; system: string; task: string; pointer: string; place: Place };

export type DataFlowReport = { flows: readonly DataFlow[]; /** A flowchart in Mermaid's notation. */ mermaid: string };

type State = { input: Labels; context: Labels; variables: Readonly<Record<string, Labels>> };
type Tracing = {
  source: WorkflowSource; environment: CheckEnvironment; /** Sub-workflows and functions on the way. */ via: readonly string[]; found: (field: string, system: string, named: NamedTask) => void;
  /** What a list was left with in the walk before: what a jump back or another round brings. */
  grown: Map<TaskList, State>;
  runs: { count: number };
};

/** Data that goes round loops within loops has arrived everywhere after as many walks as there are loops around it. */
const WALKS = 4;
const MAX_RUNS = 2_000;

/**
 * Which personal data can flow to which outside system, made from the document: fields of its input, of what tools give
 * back, and the contact's answers. It may name a flow that never happens; it does not leave one out.
 */
export function describeDataFlow(source: WorkflowSource, environment: CheckEnvironment): DataFlowReport {
  const flows = new Map<string, DataFlow>();
  const found: Tracing["found"] = (field, system, named) => {
    const key = `${field} ${system} ${named.pointer}`;
    if (!flows.has(key)) flows.set(key, { field, system, task: named.name, pointer: named.pointer, place: source.placeOf(named.pointer) });
  };
  const { definition } = source;
  const own = labelled("input", personalFields(definition.input.schema));
  const tracing: Tracing = { source, environment, via: [], found, grown: new Map(), runs: { count: 0 } };
  const input = definition.input.transform === null ? own : labelsOf(definition.input.transform, scopeOf(tracing, { input: own, context: NO_LABELS, variables: {} }));
  for (let walk = 0; walk < WALKS; walk += 1) traceList({ ...tracing, runs: { count: 0 } }, definition.do, { input, context: NO_LABELS, variables: {} });
  const all = [...flows.values()];
  return { flows: all, mermaid: toMermaid(all) };
}

function labelled(owner: string, fields: readonly string[]): Labels {
  return new Map(fields.map((field) => [field, new Set([`${owner}.${field}`])]));
}

function scopeOf({ source }: Tracing, state: State, output: Labels | null = null): LabelScope {
  return { language: source.definition.language, ...state, output };
}

function join(left: State, right: State): State {
  return { input: mergeLabels([left.input, right.input]), context: mergeLabels([left.context, right.context]), variables: { ...left.variables, ...right.variables } };
}

function traceList(tracing: Tracing, list: TaskList, entry: State): State {
  const grown = tracing.grown.get(list);
  const walked = walkList<State>(list, entry, { step: (named, state) => traceTask(tracing, named, state), join, reenter: (state) => (grown === undefined ? state : join(state, grown)) });
  const left = walked.exits.length === 0 ? entry : walked.exits.reduce(join);
  tracing.grown.set(list, grown === undefined ? left : join(grown, left));
  return left;
}

function traceTask(tracing: Tracing, named: NamedTask, entry: State): Route<State>[] {
  const { task } = named;
  const input = task.input.transform === null ? entry.input : labelsOf(task.input.transform, scopeOf(tracing, entry));
  const body = traceBody(tracing, named, { ...entry, input });
  const state = { ...entry, input };
  const output = task.output.transform === null ? body.input : labelsOf(task.output.transform, scopeOf(tracing, state, body.input));
  const context = task.export.transform === null ? body.context : labelsOf(task.export.transform, scopeOf(tracing, state, output));
  const after = { ...entry, input: output, context };
  return thensOf(task).map((to) => ({ to, state: task.if === null ? after : join(after, entry) }));
}

function traceBody(tracing: Tracing, named: NamedTask, state: State): State {
  const { task } = named;
  switch (task.kind) {
    case "set": return { ...state, input: labelsOf(task.set, scopeOf(tracing, state)) };
    case "call": return { ...state, input: traceCall(tracing, named, state) };
    case "emit": send(tracing, named, `event ${String(task.event["type"] ?? "")}`.trim(), labelsOf(task.event, scopeOf(tracing, state))); return state;
    case "run": return { ...state, input: traceRun(tracing, named, state) };
    case "do": return traceList(tracing, task.do, state);
    case "fork": return { ...state, input: mergeLabels(task.branches.flatMap((branch) => traceTask(tracing, branch, state).map((route) => route.state.input))) };
    case "for": return join(state, traceList(tracing, task.do, { ...join(state, tracing.grown.get(task.do) ?? state), variables: { ...state.variables, [task.each]: labelsOf(task.in, scopeOf(tracing, state)) } }));
    case "try": {
      const tried = traceList(tracing, task.try, state);
      return task.catch.do === null ? join(tried, state) : join(tried, traceList(tracing, task.catch.do, state));
    }
    case "listen": return task.foreach === null || task.foreach.do === null ? { ...state, input: NO_LABELS } : traceList(tracing, task.foreach.do, { ...state, input: NO_LABELS });
    default: return state;
  }
}

function send(tracing: Tracing, named: NamedTask, system: string, labels: Labels): void {
  for (const field of namesOf(labels)) tracing.found(field, system, named);
}

/** The labels of what comes back. */
function traceCall(tracing: Tracing, named: NamedTask, state: State): Labels {
  const { task } = named;
  if (task.kind !== "call") return NO_LABELS;
  const given = labelsOf(task.with, scopeOf(tracing, state));
  const reusable = ownValue(tracing.source.definition.use.functions, task.call);
  const place = `function ${task.call}`;
  if (reusable !== undefined && !tracing.via.includes(place)) return mergeLabels(traceTask({ ...tracing, via: [...tracing.via, place] }, reusable, { ...state, input: given }).map((route) => route.state.input));
  const system = systemOf(named);
  if (system !== null) send(tracing, named, system, mergeLabels([given, inAddress(task.with, state.input)]));
  if (task.call === "ask") return labelled(`answer to ${named.name}`, ["answer", "text"]);
  const tool = toolOf(named);
  if (tool === null) return task.call === "generate" || task.call === "agent" || task.call === "understand" ? new Map([["", namesOf(given)]]) : NO_LABELS;
  return labelled(tool, personalFields(tracing.environment.tools.get(tool)?.outputSchema ?? null).map((field) => `output.${field}`));
}

/** `{petId}` in an address is filled from the input. */
function inAddress(given: Record<string, unknown>, input: Labels): Labels {
  const address = addressOf(given["endpoint"]);
  return mergeLabels([...(address ?? "").replace(/\$\{.*\}/, "").matchAll(/\{(\w+)\}/g)].map((match) => labelsUnder(input, match[1] ?? "")));
}

function addressOf(endpoint: unknown): string | null {
  if (typeof endpoint === "string") return endpoint;
  return isRecord(endpoint) && typeof endpoint["uri"] === "string" ? endpoint["uri"] : null;
}

const MODEL_CALLS: readonly string[] = ["understand", "generate", "agent"];
/** They stay within the house, or go to the contact who gave the data. */
const INSIDE_CALLS: readonly string[] = ["retrieve", "ask", "approve", "reply", "verify", "handoff"];

/** Null: the data stays inside. */
function systemOf(named: NamedTask): string | null {
  const { task } = named;
  if (task.kind !== "call" || INSIDE_CALLS.includes(task.call)) return null;
  if (MODEL_CALLS.includes(task.call)) return "AI model";
  if (task.call === "tool") return `tool ${toolOf(named) ?? "(computed)"}`;
  const transport = objectAt(task.with, "transport");
  const places = [addressOf(task.with["endpoint"]), addressOf(objectAt(task.with, "document")["endpoint"]), addressOf(objectAt(transport, "http")["endpoint"]), addressOf(task.with["url"])];
  const address = places.find((place) => place !== null) ?? null;
  if (address !== null) return hostOf(address);
  const command = objectAt(transport, "stdio")["command"];
  return typeof command === "string" ? `${task.call} ${command}` : task.call;
}

function hostOf(address: string): string {
  return /^[a-z][a-z0-9+.-]*:\/\/([^/?#\s]+)/i.exec(address)?.[1] ?? "(computed address)";
}

function traceRun(tracing: Tracing, named: NamedTask, state: State): Labels {
  const { task } = named;
  if (task.kind !== "run") return NO_LABELS;
  if (task.run.kind !== "workflow") {
    send(tracing, named, task.run.kind, labelsOf(task.run.with, scopeOf(tracing, state)));
    return NO_LABELS;
  }
  const key = workflowKey(task.run);
  const sub = tracing.environment.workflows.get(key);
  const given = task.run.input === null ? state.input : labelsOf(task.run.input, scopeOf(tracing, state));
  if (sub === undefined || tracing.via.includes(key)) return NO_LABELS;
  tracing.runs.count += 1;
  if (tracing.runs.count > MAX_RUNS) {
    // Too many ways to follow them all: the workflow itself is named as where the data goes.
    send(tracing, named, `workflow ${key}`, given);
    return NO_LABELS;
  }
  const inner: Tracing = { ...tracing, source: sub, via: [...tracing.via, key], found: (field, system) => tracing.found(field, system, named) };
  return traceList(inner, sub.definition.do, { input: given, context: NO_LABELS, variables: {} }).input;
}

function toMermaid(flows: readonly DataFlow[]): string {
  const fields = [...new Set(flows.map(({ field }) => field))];
  const systems = [...new Set(flows.map(({ system }) => system))];
  const quote = (text: string): string => `"${text.replaceAll('"', "'")}"`;
  const edges = new Set(flows.map(({ field, system, task }) => `  f${fields.indexOf(field)} -->|${quote(task)}| s${systems.indexOf(system)}`));
  return ["flowchart LR", ...fields.map((field, index) => `  f${index}[${quote(field)}]`), ...systems.map((system, index) => `  s${index}[[${quote(system)}]]`), ...edges].join("\n");
}
