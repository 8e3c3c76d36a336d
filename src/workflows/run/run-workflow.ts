import type { Durable } from "../../durable/durable.ts";
import { isCancelled, isInterruption } from "../../durable/durable.errors.ts";
import { checkSchema } from "./check-schema.ts";
import { compensate } from "./compensate.ts";
import { keepEffects } from "./effects.ts";
import { cancelledError, toWorkflowError } from "./faults.ts";
import { closeWaits, openInterpretation, rootScope } from "./interpret.ts";
import { toTaskFailure, type Interpretation, type TaskFailure } from "./interpretation.ts";
import { checkSize } from "./limits.ts";
import { keepable } from "./recorder.ts";
import type { RunDeps } from "./run-deps.ts";
import type { ResumePoint, RunEnd, RunInput } from "./run-input.ts";
import type { RunStatus, WorkflowError } from "./run-record.ts";
import { toMs } from "./to-ms.ts";
import { withinTime } from "./within-time.ts";

/**
 * One run, from its input to its record: an invocation of its own that keeps the version it began with.
 *
 * Errors: a failed run is an end, not a throw; it can be resumed at the task that failed. Cancelled, it undoes the completed
 * effects in reverse order first.
 * Replay: journaled are effects, waits and children; everything else is made again from the same input. The record at the end
 * is written before the invocation ends, and again by a replay.
 */
export async function runWorkflow(deps: RunDeps, durable: Durable, input: RunInput): Promise<RunEnd> {
  const before = input.mayBeRepeat ? await lookBefore(deps, durable, input) : "new";
  if (before === "begun") return { status: "repeated" };
  const run = await open(deps, durable, input);
  if ("status" in run) return run;
  keepEffects(run.state, { effects: input.resume?.effects });
  const end = await carryOut(run, durable, before === "stopped");
  await closeWaits(run);
  return end;
}

/** Whether the run id was started before. `stopped`: this invocation was cancelled before it could look, so nothing has happened. */
async function lookBefore(deps: RunDeps, durable: Durable, input: RunInput): Promise<"new" | "begun" | "stopped"> {
  try {
    return (await durable.step("known", () => deps.records.hasBegun(input.tenantId, input.runId))) ? "begun" : "new";
  } catch (error) {
    if (isCancelled(error)) return "stopped";
    throw error;
  }
}

/** A run whose version cannot be had (it was never published, or is no document any more) is recorded as failed. */
async function open(deps: RunDeps, durable: Durable, input: RunInput): Promise<Interpretation | RunEnd> {
  try {
    return await openInterpretation(deps, durable, input, { isBranch: false, askedMs: input.askedMs, workflowInput: input.input, context: input.resume?.context ?? {}, counts: input.resume?.counts ?? {}, tasks: 0 });
  } catch (error) {
    if (isInterruption(error)) throw error;
    const failure = toWorkflowError(error, "");
    const state = { status: "failed" as const, pointer: null, output: null, context: null, error: failure, resume: null, endedAtMs: deps.clock.nowMs() };
    await deps.records.write({ run: input, workflow: { namespace: "", name: "", version: "" }, invocationId: durable.invocationId, state, tasks: [] });
    return { status: "failed", error: failure, effects: [] };
  }
}

async function carryOut(run: Interpretation, durable: Durable, isStopped: boolean): Promise<RunEnd> {
  try {
    if (isStopped || run.input.mode === "compensate") return await cancelled(run, durable);
    const output = await bounded(run, durable);
    if (durable.isStopping()) return await cancelled(run, durable);
    await finish(run, { status: "completed", output, error: null, resume: null, pointer: null });
    return { status: "completed", output, effects: run.state.effects, spent: [...run.state.spent] };
  } catch (error) {
    if (isCancelled(error)) return cancelled(run, durable);
    if (isInterruption(error)) throw error;
    const failure = toTaskFailure(error, "");
    await finish(run, { status: "failed", output: null, error: failure.error, resume: toResumePoint(run, failure), pointer: failure.frames.at(-1)?.pointer ?? null });
    return { status: "failed", error: failure.error, effects: run.state.effects, spent: [...run.state.spent] };
  }
}

async function bounded(run: Interpretation, durable: Durable): Promise<unknown> {
  const { timeout } = run.definition;
  if (timeout === null) return fromInputToOutput(run, durable);
  const timeoutMs = toMs(run, timeout.after, rootExpressionScope(run, run.input.input));
  return withinTime(durable, timeoutMs, "The workflow", (inner) => fromInputToOutput(run, inner));
}

async function fromInputToOutput(run: Interpretation, durable: Durable): Promise<unknown> {
  const { definition, expressions } = run;
  const given = run.input.input;
  checkSize(given, "input");
  checkSchema(definition.input.schema, given, "input");
  const input = definition.input.transform === null ? given : expressions.evaluate(definition.input.transform, rootExpressionScope(run, given));
  run.workflowInput = input;
  const ended = await run.runTasks({ ...rootScope(durable, run.input.runId), resume: run.input.resume?.frames ?? [] }, definition.do, input);
  const scope = rootExpressionScope(run, input);
  scope.output = ended.output;
  const output = definition.output.transform === null ? ended.output : expressions.evaluate(definition.output.transform, scope);
  checkSize(output, "output");
  checkSchema(definition.output.schema, output, "output");
  return output ?? null;
}

function rootExpressionScope(run: Interpretation, input: unknown) {
  return { input, context: run.state.context, output: undefined as unknown, secrets: run.secrets, variables: {}, task: null, runtime: run.runtime, workflow: run.descriptor };
}

async function cancelled(run: Interpretation, durable: Durable): Promise<RunEnd> {
  await compensate(run, durable);
  const leftOver = run.state.effects.length;
  const detail = leftOver === 0 ? null : `${leftOver} effects could not be undone; see the tasks named "undo".`;
  await finish(run, { status: "cancelled", output: null, error: cancelledError(detail, ""), resume: null, pointer: null });
  return { status: "cancelled", effects: run.state.effects, spent: [...run.state.spent, ...run.state.waited] };
}

function finish(run: Interpretation, end: { status: RunStatus; output: unknown; error: WorkflowError | null; resume: ResumePoint | null; pointer: string | null }): Promise<void> {
  return run.recorder.finish({ ...end, context: run.state.context, endedAtMs: run.deps.clock.nowMs() });
}

/** Null when there is nothing to go on from: the failure was not in a task, or its data is too large to keep. */
function toResumePoint(run: Interpretation, failure: TaskFailure): ResumePoint | null {
  if (failure.frames.length === 0) return null;
  const failed = new Set(failure.frames.map((frame) => frame.pointer));
  const counts = [...run.state.counts].map(([pointer, count]): [string, number] => [pointer, failed.has(pointer) ? count - 1 : count]);
  return keepable({ frames: failure.frames, context: run.state.context, counts: Object.fromEntries(counts), effects: run.state.effects, spent: [...run.state.spent] });
}
