import { fault } from "../run/faults.ts";
import { TaskFailure, type Interpretation, type TaskCall, type TaskOutcome } from "../run/interpretation.ts";
import { roundScope } from "./round-scope.ts";

/** One round after the other; each takes the data of the round before, the first the task's input. */
export async function performFor(run: Interpretation, call: TaskCall<"for">): Promise<TaskOutcome> {
  const { task, frame } = call;
  const items = run.expressions.evaluate(task.in, call.expressionScope());
  if (!Array.isArray(items)) throw fault("expression", { detail: `\`for.in\` gave ${items === null || items === undefined ? "nothing" : `a ${typeof items}`}; it must give a list.` });
  let data = frame?.data ?? call.input;
  for (let round = frame?.round ?? 0; round < items.length; round += 1) {
    const variables = { [task.each]: items[round], [task.at]: round };
    const isResumed = round === frame?.round;
    if (task.while !== null && !isResumed && !run.expressions.test(task.while, call.expressionScope({ variables, input: data }))) break;
    call.note({ rounds: round + 1 });
    try {
      const ended = await run.runTasks(roundScope(call, round, variables, isResumed), task.do, data);
      data = ended.output;
      if (ended.by === "end") return { output: data, isEnd: true };
      if (ended.by === "exit") break;
    } catch (error) {
      if (error instanceof TaskFailure) error.extra = { round, data };
      throw error;
    }
  }
  return { output: data };
}
