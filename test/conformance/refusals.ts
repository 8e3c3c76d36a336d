import type { WorkflowDefinition } from "../../src/workflows/document/definition.ts";
import type { RunDeps } from "../../src/workflows/run/run-deps.ts";
import { refuseCall, refuseProcess } from "../../src/workflows/run/refusals.ts";
import { tasksOf } from "../../src/workflows/verify/task-tree.ts";

/** What of a document an installation would refuse to carry out, by the interpreter's own words. */
export function findRefusals(definition: WorkflowDefinition, deps: Pick<RunDeps, "functions" | "permissions">): string[] {
  return [...new Set([...tasksOf(definition)].flatMap(({ named: { pointer, task } }) => {
    const refused = task.kind === "call" ? refuseCall(task.call, definition, deps.functions) : task.kind === "run" && task.run.kind !== "workflow" ? refuseProcess(task.run, deps.permissions, "acme") : null;
    return refused === null ? [] : [`${pointer}: ${refused.message}`];
  }))];
}
