import { isCancelled } from "../../durable/durable.errors.ts";
import type { DurableChild } from "../../durable/durable.ts";
import { isRecord } from "../run/is-record.ts";
import { fault } from "../run/faults.ts";
import { TaskFailure, type Interpretation, type TaskCall, type TaskOutcome } from "../run/interpretation.ts";
import { WORKFLOW_SERVICE, branchEnd, type BranchEnd, type BranchInput, type ResumeFrame } from "../run/run-input.ts";
import { beginEffect } from "./begin-effect.ts";

type Open = { place: number; child: DurableChild };
type Done = NonNullable<ResumeFrame["done"]>;

/**
 * Branches run beside each other, each as an invocation of its own with a journal of its own.
 *
 * Without `compete`: the outputs of all, in the order written; the first failure stops the others. With `compete`: the
 * output of the first that completes, which stops the others; it fails when all have failed. A stopped branch undoes what it
 * has done. What branches export is put together key by key, later branches over earlier ones.
 */
export async function performFork(run: Interpretation, call: TaskCall<"fork">): Promise<TaskOutcome> {
  const done: Done = { ...call.frame?.done };
  const open: Open[] = [];
  for (const [place, branch] of call.task.branches.entries()) {
    if (done[place] !== undefined) continue;
    beginEffect(run);
    open.push({ place, child: call.scope.durable.start({ service: WORKFLOW_SERVICE, handler: "branch", input: toBranchInput(run, call, place, branch.pointer) }) });
  }
  try {
    return await (call.task.isCompeting ? race(run, call, open) : all(run, call, open, done));
  } catch (error) {
    // Cancelled with us by the engine: they put right what they did before we put right what was before them.
    if (isCancelled(error)) for (const { child } of open) await child.wait().catch(() => null);
    throw error;
  }
}

async function all(run: Interpretation, call: TaskCall<"fork">, open: Open[], done: Done): Promise<TaskOutcome> {
  let isEnd = false;
  while (open.length > 0) {
    const { place, end } = await nextEnd(call, open);
    if (end.kind === "completed") {
      done[place] = { output: end.output, context: end.context };
      run.state.tasks += end.tasks;
      run.state.effects.push(...end.effects);
      isEnd ||= end.isEnd;
      continue;
    }
    for (const { child } of open) await child.cancel();
    throw toFailure(run, call, place, end, done);
  }
  const before = run.state.context;
  const places = call.task.branches.map((_, place) => done[place]);
  for (const branch of places) run.state.context = mergeContext(before, run.state.context, branch?.context);
  return { output: places.map((branch) => branch?.output ?? null), isEnd };
}

async function race(run: Interpretation, call: TaskCall<"fork">, open: Open[]): Promise<TaskOutcome> {
  let failure: TaskFailure | null = null;
  while (open.length > 0) {
    const { place, end } = await nextEnd(call, open);
    if (end.kind !== "completed") {
      failure ??= toFailure(run, call, place, end, {});
      continue;
    }
    for (const { child } of open) await child.cancel();
    run.state.tasks += end.tasks;
    run.state.effects.push(...end.effects);
    run.state.context = end.context;
    return { output: end.output, isEnd: end.isEnd, branch: call.task.branches[place]?.name ?? String(place) };
  }
  throw failure ?? fault("configuration", { detail: "The fork has no branches." });
}

/** Waits for the next branch that ends, and takes it out of `open`. */
async function nextEnd(call: TaskCall<"fork">, open: Open[]): Promise<{ place: number; end: BranchEnd }> {
  const index = await call.scope.durable.firstOf(open.map(({ child }) => child));
  const [ended] = open.splice(index, 1);
  if (ended === undefined) throw new Error("a branch that is not open ended");
  return { place: ended.place, end: branchEnd.parse(await ended.child.wait()) };
}

function toFailure(run: Interpretation, call: TaskCall<"fork">, place: number, end: Exclude<BranchEnd, { kind: "completed" }>, done: Done): TaskFailure {
  if (end.kind === "cancelled") return new TaskFailure({ type: "https://baton.dev/errors/workflows.cancelled", status: 409, title: "Cancelled", detail: `Branch "${call.task.branches[place]?.name ?? place}" was cancelled.`, instance: call.task.branches[place]?.pointer ?? call.pointer });
  run.state.effects.push(...end.effects);
  run.state.context = end.context;
  const failure = new TaskFailure(end.error, end.frames);
  failure.extra = { done, branch: place };
  return failure;
}

function toBranchInput(run: Interpretation, call: TaskCall<"fork">, place: number, pointer: string): BranchInput {
  // A branch that was stopped and undone does its effects anew when the run is resumed; the one that failed goes on.
  const isResumed = call.frame?.branch === place;
  const suffix = run.input.attempt === 1 || isResumed ? "" : `~${run.input.attempt}`;
  const counts = Object.fromEntries([...run.state.counts].filter(([counted]) => counted.startsWith(pointer)));
  return {
    run: { ...run.input, input: null, resume: null }, workflowInput: run.workflowInput, pointer, input: call.input, context: run.state.context, variables: call.scope.variables, key: call.key + suffix,
    counts, tasks: run.state.tasks, isExtension: call.scope.isExtension, functionDepth: call.scope.functionDepth, frames: isResumed ? [...call.scope.resume] : [], askedMs: Math.max(call.scope.durable.lastStepMs(), run.input.startedAtMs),
  };
}

/** What this branch has changed of the context it began with, over what the branches before it made. */
function mergeContext(before: unknown, sofar: unknown, after: unknown): unknown {
  if (JSON.stringify(after) === JSON.stringify(before)) return sofar;
  if (!isRecord(after) || !isRecord(sofar)) return after;
  const known = isRecord(before) ? before : {};
  return { ...sofar, ...Object.fromEntries(Object.entries(after).filter(([key, value]) => JSON.stringify(value) !== JSON.stringify(known[key]))) };
}
