import type { Interpretation, TaskCall, TaskOutcome } from "./interpretation.ts";

/**
 * What `use.extensions` puts before the task. An extension that ends by `exit` stands in for the task: its output is the
 * task's, and the task itself is not carried out. Extensions are not extended themselves.
 */
export async function runBefore(run: Interpretation, call: TaskCall): Promise<TaskOutcome | null> {
  for (const extension of matching(run, call)) {
    const ended = await run.runTasks(inside(call), extension.before, call.input);
    if (ended.by === "exit") return { output: ended.output, branch: `extension ${extension.name}` };
    if (ended.by === "end") return { output: ended.output, isEnd: true, branch: `extension ${extension.name}` };
  }
  return null;
}

/** What stands after the task sees its output and changes nothing of it. */
export async function runAfter(run: Interpretation, call: TaskCall, outcome: TaskOutcome): Promise<void> {
  for (const extension of matching(run, call)) await run.runTasks(inside(call), extension.after, outcome.output);
}

function matching(run: Interpretation, call: TaskCall) {
  return run.definition.use.extensions.filter(({ extend, when }) => (extend === "all" || extend === call.task.kind) && (when === null || run.expressions.test(when, call.expressionScope())));
}

function inside(call: TaskCall): TaskCall["scope"] {
  return { ...call.scope, key: call.key, isExtension: true, resume: [] };
}
