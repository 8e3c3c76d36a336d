import type { NamedTask, RetryRule } from "../../document/definition.ts";
import { didYouMean } from "../../../lib/did-you-mean.ts";
import { ownValue } from "../../../lib/own-value.ts";
import { objectAt } from "../../document/raw-value.ts";
import { type CheckEnvironment, workflowKey } from "../environment.ts";
import { type Checking, isComputed, OUTSIDE_CALLS, REFUSED_CALLS, toolOf } from "../findings.ts";
import { type Surrounding, tasksOf } from "../task-tree.ts";

/** What tasks name outside themselves, and whether a call that hangs or fails is provided for. */
export function checkCalls(checking: Checking): void {
  for (const { named, around } of tasksOf(checking.source.definition)) {
    checkReferences(checking, named);
    checkCall(checking, named, around);
    checkRetry(checking, named);
  }
  checkRecursion(checking);
}

function checkReferences({ source, environment, report }: Checking, named: NamedTask): void {
  const { task, pointer } = named;
  const { use } = source.definition;
  const unknown = (place: string, what: string, name: string, known: readonly string[], advice: string): void => {
    if (!known.includes(name)) report({ rule: "unknown-reference", severity: "error", pointer: place, message: `There is no ${what} "${name}".${didYouMean(name, known)}`, advice });
  };
  if (task.kind === "raise" && "reference" in task.error) unknown(`${pointer}/raise/error`, "error", task.error.reference, Object.keys(use.errors), "Define it in `use.errors`.");
  if (task.kind === "try" && task.catch.retry !== null && "reference" in task.catch.retry) unknown(`${pointer}/catch/retry`, "retry policy", task.catch.retry.reference, Object.keys(use.retries), "Define it in `use.retries`.");
  if (task.kind === "run" && task.run.kind === "workflow" && environment.workflows.size > 0) unknown(`${pointer}/run/workflow/name`, "workflow", workflowKey(task.run), [...environment.workflows.keys()], "Correct the namespace and name, or add the workflow.");
  if (task.kind === "run" && task.run.kind !== "workflow") report({ rule: "refused", severity: "warning", pointer: `${pointer}/run`, message: `Running a ${task.run.kind} is refused unless the operator's policy allows it.`, advice: "Use a tool of the workspace instead." });
  if (task.kind !== "call") return;
  const functions = [...Object.keys(use.functions), ...environment.functions.keys()];
  if (REFUSED_CALLS.includes(task.call)) report({ rule: "refused", severity: "warning", pointer: `${pointer}/call`, message: `Calls by ${task.call} are not made: the run fails here by name.`, advice: "Use http, openapi, mcp, or a tool of the workspace." });
  else if (!OUTSIDE_CALLS.includes(task.call) && environment.functions.size > 0) unknown(`${pointer}/call`, "function", task.call, functions, "Use one of our functions, or define it in `use.functions`.");
  for (const [place, tool] of toolNames(named)) if (environment.tools.size > 0) unknown(place, "tool", tool, [...environment.tools.keys()], "Correct the name, or add the tool to the workspace.");
}

/** The names of tools that a call of ours mentions, with their places. */
function toolNames({ task, pointer }: NamedTask): [string, string][] {
  if (task.kind !== "call") return [];
  if (task.call === "agent") return Array.isArray(task.with["tools"]) ? task.with["tools"].flatMap((name, index): [string, string][] => (typeof name === "string" && !isComputed(name) ? [[`${pointer}/with/tools/${index}`, name]] : [])) : [];
  if (task.call !== "tool" && task.call !== "approve") return [];
  return [[`${pointer}/with/tool`, task.with["tool"]] as const, [`${pointer}/with/undo/tool`, objectAt(task.with, "undo")["tool"]] as const].flatMap(([place, name]): [string, string][] => (typeof name === "string" && !isComputed(name) ? [[place, name]] : []));
}

function checkCall({ source, report }: Checking, named: NamedTask, around: readonly Surrounding[]): void {
  const { task, pointer } = named;
  if (task.kind !== "call" || (!OUTSIDE_CALLS.includes(task.call) && task.call !== "tool")) return;
  const isTimed = task.timeout !== null || source.definition.timeout !== null || around.some((each) => each.task.task.timeout !== null);
  const isCaught = around.some((each) => each.part === "try");
  if (isTimed || isCaught) return;
  const what = toolOf(named) === null ? `call by ${task.call}` : `call of "${toolOf(named)}"`;
  report({ rule: "call-unguarded", severity: "warning", pointer: `${pointer}/call`, message: `This ${what} has neither a timeout nor a catch around it.`, advice: "Add `timeout: { after: PT30S }`, or put it into a `try`." });
}

function checkRetry({ source, report }: Checking, { task, pointer }: NamedTask): void {
  if (task.kind !== "try" || task.catch.retry === null) return;
  const rule: RetryRule | undefined = "reference" in task.catch.retry ? ownValue(source.definition.use.retries, task.catch.retry.reference) : task.catch.retry;
  if (rule === undefined || rule.limit.attempts !== null || rule.limit.duration !== null) return;
  const isTimed = task.timeout !== null || source.definition.timeout !== null;
  if (!isTimed && rule.delay === null) report({ rule: "endless-loop", severity: "error", pointer: `${pointer}/catch/retry`, message: "This retry has neither a limit nor a delay: it can go on for ever without a pause.", advice: "Add `limit: { attempt: { count: 5 } }` and a `delay`." });
}

/** A workflow that runs itself, by whatever way round. */
function checkRecursion({ source, environment, report }: Checking): void {
  const own = workflowKey(source.definition.document);
  for (const { named } of tasksOf(source.definition)) {
    const { task } = named;
    if (task.kind !== "run" || task.run.kind !== "workflow") continue;
    const path = pathBetween(workflowKey(task.run), own, environment);
    if (path !== null) report({ rule: "recursion", severity: "error", pointer: `${named.pointer}/run/workflow`, message: `This workflow runs itself: ${[own, ...path].join(" → ")}.`, advice: "Use a loop inside the workflow instead." });
  }
}

function pathBetween(from: string, to: string, environment: CheckEnvironment): string[] | null {
  const open: string[][] = [[from]];
  const seen = new Set<string>();
  for (let path = open.shift(); path !== undefined; path = open.shift()) {
    const last = path.at(-1) ?? "";
    if (last === to) return path;
    if (seen.has(last)) continue;
    seen.add(last);
    for (const next of subWorkflowsOf(last, environment)) open.push([...path, next]);
  }
  return null;
}

function subWorkflowsOf(key: string, environment: CheckEnvironment): string[] {
  const source = environment.workflows.get(key);
  if (source === undefined) return [];
  return [...tasksOf(source.definition)].flatMap(({ named: { task } }) => (task.kind === "run" && task.run.kind === "workflow" ? [workflowKey(task.run)] : []));
}
