import type { NamedTask, WorkflowDefinition } from "../document/definition.ts";
import { tasksByPointer } from "./all-tasks.ts";
import type { RunInput } from "./run-input.ts";

/** Our functions whose output holds words that a model has written. */
const WRITERS: readonly string[] = ["generate", "agent"];

/** Whether what comes out of this task may hold a model's words. A sub-workflow is not looked into. Pure. */
export function writesWords({ task }: Pick<NamedTask, "task">): boolean {
  return (task.kind === "call" && WRITERS.includes(task.call)) || (task.kind === "run" && task.run.kind === "workflow");
}

export function hasWriters(definition: WorkflowDefinition): boolean {
  return [...tasksByPointer(definition).values()].some(writesWords);
}

/**
 * Whether what an invocation begins with may hold a model's words: what a run around it hands down, and what the same run has done
 * before. It may say yes of authored words, never no of a model's. Pure.
 */
export function beginsWithModelWords(definition: WorkflowDefinition, input: Pick<RunInput, "depth" | "resume">, isBranch: boolean): boolean {
  return input.depth > 0 || ((isBranch || input.resume !== null) && hasWriters(definition));
}
