import type { Durable } from "../../durable/durable.ts";
import { isCancelled, isInterruption } from "../../durable/durable.errors.ts";
import { findTask } from "./all-tasks.ts";
import { compensate } from "./compensate.ts";
import { fault } from "./faults.ts";
import { closeWaits, openInterpretation, rootScope } from "./interpret.ts";
import { toTaskFailure, type Interpretation } from "./interpretation.ts";
import type { RunDeps } from "./run-deps.ts";
import type { BranchEnd, BranchInput } from "./run-input.ts";

/** One branch of a fork, as an invocation of its own. Its tasks are recorded with the run's; stopped, it undoes its own effects. */
export async function runBranch(deps: RunDeps, durable: Durable, input: BranchInput): Promise<BranchEnd> {
  const run = await openInterpretation(deps, durable, input.run, { isBranch: true, askedMs: input.askedMs, workflowInput: input.workflowInput, context: input.context, counts: input.counts, tasks: input.tasks });
  const end = await carryOut(run, durable, input);
  await run.recorder.finish(null);
  await closeWaits(run);
  return end;
}

async function carryOut(run: Interpretation, durable: Durable, input: BranchInput): Promise<BranchEnd> {
  try {
    const task = findTask(run.definition, input.pointer);
    if (task === null) throw fault("runtime", { detail: `There is no branch at ${input.pointer}.` });
    const scope = { ...rootScope(durable, input.key), variables: input.variables, isExtension: input.isExtension, functionDepth: input.functionDepth, resume: input.frames };
    const ended = await run.runTasks(scope, [task], input.input);
    if (durable.isStopping()) return await stopped(run, durable);
    return { kind: "completed", output: ended.output ?? null, isEnd: ended.by === "end", context: run.state.context, effects: run.state.effects, tasks: run.state.tasks - input.tasks, spent: [...run.state.spent] };
  } catch (error) {
    if (isCancelled(error)) return stopped(run, durable);
    if (isInterruption(error)) throw error;
    const failure = toTaskFailure(error, input.pointer);
    return { kind: "failed", error: failure.error, frames: failure.frames, context: run.state.context, effects: run.state.effects, spent: [...run.state.spent] };
  }
}

async function stopped(run: Interpretation, durable: Durable): Promise<BranchEnd> {
  await compensate(run, durable);
  return { kind: "cancelled", effects: run.state.effects, spent: [...run.state.spent, ...run.state.waited] };
}
