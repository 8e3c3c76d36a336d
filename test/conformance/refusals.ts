import type { NamedTask, TaskList, WorkflowDefinition } from "../../src/workflows/document/definition.ts";
import type { RunDeps } from "../../src/workflows/run/run-deps.ts";
import { refuseCall, refuseProcess } from "../../src/workflows/run/refusals.ts";

/** What of a document an installation would refuse to carry out, by the interpreter's own words. */
export function findRefusals(definition: WorkflowDefinition, deps: Pick<RunDeps, "functions" | "permissions">): string[] {
  const { functions, extensions } = definition.use;
  const all = [...below(definition.do), ...below(Object.values(functions)), ...extensions.flatMap((each) => [...below(each.before), ...below(each.after)])];
  return [...new Set(all.flatMap(({ pointer, task }) => {
    const refused = task.kind === "call" ? refuseCall(task.call, definition, deps.functions) : task.kind === "run" && task.run.kind !== "workflow" ? refuseProcess(task.run, deps.permissions, "acme") : null;
    return refused === null ? [] : [`${pointer}: ${refused.message}`];
  }))];
}

function below(list: TaskList): NamedTask[] {
  return list.flatMap((named) => {
    const { task } = named;
    const parts = task.kind === "do" || task.kind === "for" ? task.do : task.kind === "fork" ? task.branches : task.kind === "try" ? [...task.try, ...(task.catch.do ?? [])] : task.kind === "listen" ? (task.foreach?.do ?? []) : [];
    return [named, ...below(parts)];
  });
}
