import { isRetryable } from "../../lib/app-error.ts";
import { durableCancelled, isInterruption } from "../../durable/durable.errors.ts";
import type { DataContract, NamedTask } from "../document/definition.ts";
import type { ExpressionScope } from "../expressions/expression.ts";
import { performTask } from "../tasks/perform-task.ts";
import { checkSchema } from "./check-schema.ts";
import { fault, interruptionError } from "./faults.ts";
import { toTaskFailure, type Interpretation, type TaskCall, type TaskFlow, type TaskOutcome, type TaskScope } from "./interpretation.ts";
import { LIMITS, checkSize } from "./limits.ts";
import type { TaskMark } from "./recorder.ts";
import { runAfter, runBefore } from "./run-extensions.ts";
import { toMs } from "./to-ms.ts";
import { toTime } from "./to-time.ts";
import { withinTime } from "./within-time.ts";

const YIELD_AFTER_MS = 20;

/**
 * One task as the standard describes it: `if`, input, what the kind does, output, export.
 *
 * Throws: `TaskFailure`; what `isInterruption` names goes through as it is.
 * Source: serverlessworkflow/specification v1.0.3, dsl.md, "Data Flow".
 */
export async function runTask(run: Interpretation, scope: TaskScope, named: NamedTask, rawInput: unknown): Promise<TaskFlow> {
  const { task, pointer, name } = named;
  if (scope.durable.isStopping()) throw durableCancelled();
  await makeRoom(run, pointer);
  const iteration = (run.state.counts.get(pointer) ?? 0) + 1;
  run.state.counts.set(pointer, iteration);
  const [frame = null] = scope.resume;
  const mark = run.recorder.begin({ pointer, name, kind: task.kind, iteration }, rawInput);
  const call = toCall(run, { ...scope, resume: scope.resume.slice(1) }, named, mark, rawInput, frame);
  try {
    if (task.if !== null && frame === null && !run.expressions.test(task.if, call.expressionScope())) {
      run.recorder.end(mark, { status: "skipped", output: rawInput, reason: task.if });
      return { output: rawInput, then: "continue" };
    }
    checkSchema(task.input.schema, rawInput, "input");
    call.input = task.input.transform === null ? rawInput : run.expressions.evaluate(task.input.transform, call.expressionScope());
    const outcome = await extended(run, call);
    return finishTask(run, call, mark, outcome);
  } catch (error) {
    return giveUp(run, mark, call, rawInput, error);
  }
}

/** Counts against the limits, and lets others have the event loop now and then. */
async function makeRoom(run: Interpretation, pointer: string): Promise<void> {
  const { state } = run;
  state.tasks += 1;
  if (state.tasks > LIMITS.tasks) throw toTaskFailure(fault("runtime", { title: "Too many tasks", detail: `The run has carried out ${LIMITS.tasks} tasks.` }), pointer);
  if (performance.now() - state.yieldedMs < YIELD_AFTER_MS) return;
  await new Promise<void>((resolve) => setImmediate(resolve));
  state.yieldedMs = performance.now();
}

function toCall(run: Interpretation, scope: TaskScope, { task, pointer, name }: NamedTask, mark: TaskMark, rawInput: unknown, frame: TaskCall["frame"]): TaskCall {
  const place = scope.key + pointer;
  const visit = (scope.visits.get(place) ?? 0) + 1;
  scope.visits.set(place, visit);
  const call: TaskCall = {
    scope, task, pointer, name, input: rawInput, iteration: mark.record.iteration, frame, key: visit === 1 ? place : `${place}#${visit}`,
    note: (known) => run.recorder.note(mark, known),
    expressionScope: (more = {}) => toExpressionScope(run, call, "input" in more ? more.input : call.input, more.variables),
  };
  return call;
}

function toExpressionScope(run: Interpretation, call: TaskCall, input: unknown, variables: Record<string, unknown> | undefined): ExpressionScope {
  return {
    input, context: run.state.context, secrets: run.secrets, variables: variables === undefined ? call.scope.variables : { ...call.scope.variables, ...variables },
    workflow: run.descriptor,
    // Made when asked for: most expressions do not look at them.
    get task() {
      return describeTask(run, call);
    },
    runtime: run.runtime,
  };
}

/** `$task`. */
function describeTask(run: Interpretation, call: TaskCall) {
  return {
    ...(call.task.kind === "call" ? { with: call.task.with } : {}), name: call.name, reference: call.pointer, definition: call.task, input: call.input,
    get startedAt() {
      return toTime(Math.max(call.scope.durable.lastStepMs(), run.input.startedAtMs));
    },
  };
}

/** The task with what `use.extensions` puts before and after it. */
async function extended(run: Interpretation, call: TaskCall): Promise<TaskOutcome> {
  if (call.scope.isExtension || run.definition.use.extensions.length === 0) return bounded(run, call);
  const instead = await runBefore(run, call);
  if (instead !== null) return instead;
  const outcome = await bounded(run, call);
  await runAfter(run, call, outcome);
  return outcome;
}

/** The task within its timeout. */
async function bounded(run: Interpretation, call: TaskCall): Promise<TaskOutcome> {
  if (call.task.timeout === null) return performTask(run, call);
  const timeoutMs = toMs(run, call.task.timeout.after, call.expressionScope());
  return withinTime(call.scope.durable, timeoutMs, `Task "${call.name}"`, (inner) => performTask(run, { ...call, scope: { ...call.scope, durable: inner } }));
}

function finishTask(run: Interpretation, call: TaskCall, mark: TaskMark, outcome: TaskOutcome): TaskFlow {
  const { task } = call;
  const output = transform(run, call, task.output, outcome.output, "output");
  checkSize(output, "output");
  if (task.export.transform !== null || task.export.schema !== null) {
    const context = transform(run, call, task.export, output, "export");
    checkSize(context, "context");
    run.state.context = context;
  }
  run.recorder.end(mark, { output, ...(outcome.branch === undefined ? {} : { branch: outcome.branch }) });
  return { output, then: outcome.isEnd === true ? "end" : (outcome.then ?? task.then) };
}

function transform(run: Interpretation, call: TaskCall, contract: DataContract, data: unknown, what: string): unknown {
  const scope = call.expressionScope();
  scope.output = data;
  const made = contract.transform === null ? data : run.expressions.evaluate(contract.transform, scope);
  checkSchema(contract.schema, made, what);
  return made;
}

/** The failure with this task's place on the way down; never returns. */
function giveUp(run: Interpretation, mark: TaskMark, call: TaskCall, rawInput: unknown, error: unknown): never {
  const { pointer } = call;
  if (isInterruption(error)) {
    if (!isRetryable(error)) run.recorder.end(mark, { status: "failed", error: interruptionError(error, pointer) });
    throw error;
  }
  const failure = toTaskFailure(error, pointer);
  const extra = failure.extra;
  failure.extra = {};
  failure.frames.unshift({ pointer, input: rawInput, visits: visitsBefore(call.scope, pointer), ...extra });
  run.recorder.end(mark, { status: "failed", error: failure.error });
  throw failure;
}

/** As they were before this task began, so that its key is the same when it is carried out again. */
function visitsBefore(scope: TaskScope, pointer: string): Record<string, number> {
  const place = scope.key + pointer;
  return Object.fromEntries([...scope.visits].map(([each, count]) => [each, each === place ? count - 1 : count]));
}
