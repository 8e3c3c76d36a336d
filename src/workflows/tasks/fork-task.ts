import { isRetryable } from "../../lib/app-error.ts";
import { isRecord } from "../../lib/is-record.ts";
import { durableCancelled, isCancelled } from "../../durable/durable.errors.ts";
import type { DurableChild } from "../../durable/durable.ts";
import { undoEffects } from "../run/compensate.ts";
import { keepEffects } from "../run/effects.ts";
import { cancelledError, fault } from "../run/faults.ts";
import { hasWriters } from "../run/model-words.ts";
import { TaskFailure, type Interpretation, type TaskCall, type TaskOutcome } from "../run/interpretation.ts";
import { WORKFLOW_SERVICE, branchEnd, type BranchEnd, type BranchInput, type ResumeFrame } from "../run/run-input.ts";
import { beginEffect } from "./begin-effect.ts";
import { stopChild } from "./stop-child.ts";

type Open = { place: number; child: DurableChild };
type Done = NonNullable<ResumeFrame["done"]>;

/**
 * Branches run beside each other, each as an invocation of its own with a journal of its own.
 *
 * Without `compete`: the outputs of all, in the order written; the first failure stops the others. With `compete`: the
 * output of the first that completes, which stops the others; it fails when all have failed. A stopped branch undoes what it
 * has done, and its end is waited for: it may have completed in that same moment, which counts, but for a loser's effects, which
 * are undone. What branches export is put together key by key, later branches over earlier ones.
 *
 * Resumed, branches that did not complete go on with the keys they had, so that what stands is not done twice; what was undone
 * has a new key.
 */
export async function performFork(run: Interpretation, call: TaskCall<"fork">): Promise<TaskOutcome> {
  // Whatever comes out of the branches, also of one that failed.
  run.state.mayHoldModelWords ||= hasWriters(run.definition);
  const done: Done = { ...call.frame?.done };
  const open: Open[] = [];
  for (const [place, branch] of call.task.branches.entries()) {
    if (done[place] !== undefined) continue;
    beginEffect(run);
    open.push({ place, child: call.scope.durable.start({ service: WORKFLOW_SERVICE, handler: "branch", input: toBranchInput(run, call, place, branch.pointer) }) });
  }
  try {
    if (!call.task.isCompeting) return await all(run, call, open, done);
    const outcome = await race(run, call, open);
    await undoLosers(run, call, open);
    return outcome;
  } catch (error) {
    // The invocation goes on elsewhere or later: nothing is to be put right now.
    if (isRetryable(error)) throw error;
    const stopped = await stopAll(open);
    for (const { place, end } of stopped.ends) keepEnd(run, place, end, done);
    throw stopped.wasCancelled && !isCancelled(error) ? durableCancelled() : error;
  }
}

type Stopped = { ends: { place: number; end: BranchEnd }[]; wasCancelled: boolean };

/** All are asked first, then waited for, one after the other; nothing is open any more. */
async function stopAll(open: Open[]): Promise<Stopped> {
  const stopped: Stopped = { ends: [], wasCancelled: false };
  for (const { child } of open) {
    await child.cancel().catch((error: unknown) => {
      if (!isCancelled(error)) throw error;
      stopped.wasCancelled = true;
    });
  }
  for (const { place, child } of open.splice(0)) {
    const { answer, wasCancelled } = await stopChild(child);
    stopped.wasCancelled ||= wasCancelled;
    stopped.ends.push({ place, end: answer === null ? { kind: "cancelled" } : branchEnd.parse(answer) });
  }
  return stopped;
}

function keepEnd(run: Interpretation, place: number, end: BranchEnd, done: Done): void {
  keepEffects(run.state, end);
  if (end.kind !== "completed") return;
  done[place] = { output: end.output, context: end.context };
  run.state.tasks += end.tasks;
}

async function undoLosers(run: Interpretation, call: TaskCall<"fork">, open: Open[]): Promise<void> {
  const stopped = await stopAll(open);
  const effects = stopped.ends.flatMap(({ end }) => end.effects ?? []);
  for (const { end } of stopped.ends) keepEffects(run.state, { spent: end.spent });
  if (stopped.wasCancelled) {
    keepEffects(run.state, { effects });
    throw durableCancelled();
  }
  await undoEffects(run, call.scope.durable, effects);
}

async function all(run: Interpretation, call: TaskCall<"fork">, open: Open[], done: Done): Promise<TaskOutcome> {
  let isEnd = false;
  while (open.length > 0) {
    const { place, end } = await nextEnd(call, open);
    if (end.kind === "completed") {
      keepEnd(run, place, end, done);
      isEnd ||= end.isEnd;
      continue;
    }
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
    run.state.tasks += end.tasks;
    keepEffects(run.state, end);
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
  keepEffects(run.state, end);
  if (end.kind === "cancelled") return new TaskFailure(cancelledError(`Branch "${call.task.branches[place]?.name ?? place}" was cancelled.`, call.task.branches[place]?.pointer ?? call.pointer));
  run.state.context = end.context;
  const failure = new TaskFailure(end.error, end.frames);
  failure.extra = { done, branch: place };
  return failure;
}

function toBranchInput(run: Interpretation, call: TaskCall<"fork">, place: number, pointer: string): BranchInput {
  // A branch that was stopped begins anew when the run is resumed; the one that failed goes on.
  const isResumed = call.frame?.branch === place;
  const counts = Object.fromEntries([...run.state.counts].filter(([counted]) => counted.startsWith(pointer)));
  return {
    run: { ...run.input, input: null, resume: null, spent: [...run.state.spent] }, workflowInput: run.workflowInput, pointer, input: call.input, context: run.state.context, variables: call.scope.variables, key: call.key,
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
