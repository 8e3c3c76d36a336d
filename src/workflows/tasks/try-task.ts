import { ownValue } from "../../lib/own-value.ts";
import { isInterruption } from "../../durable/durable.errors.ts";
import type { CatchRule, RetryRule } from "../document/definition.ts";
import { fault, isSameErrorType } from "../run/faults.ts";
import { TaskFailure, toTaskFailure, type Interpretation, type ListEnd, type TaskCall, type TaskOutcome } from "../run/interpretation.ts";
import { toMs } from "../run/to-ms.ts";
import { withinTime } from "../run/within-time.ts";
import type { WorkflowError } from "../run/run-record.ts";

/**
 * Tries a list of tasks; what `catch` names is retried as its policy says, then dealt with by `catch.do`.
 *
 * When a retried error outlasts its policy, `catch.do` has the word; without it the error goes up. Without a policy and
 * without `catch.do` the error is swallowed and the task's input is its output.
 */
export async function performTry(run: Interpretation, call: TaskCall<"try">): Promise<TaskOutcome> {
  const { task, scope, frame } = call;
  if (frame?.caught !== undefined) return dealWith(run, call, frame.caught);
  const rule = retryRule(run, task.catch);
  const visits = new Map(scope.visits);
  let startMs = scope.durable.lastStepMs();
  let waitedMs = 0;
  for (let attempt = 1; ; attempt += 1) {
    call.note({ rounds: attempt });
    try {
      return toOutcome(await tryOnce(run, call, rule, attempt === 1));
    } catch (error) {
      if (isInterruption(error)) throw error;
      const failure = toTaskFailure(error, call.pointer);
      if (!isCaught(run, call, failure.error)) throw failure;
      startMs = startMs === 0 ? scope.durable.lastStepMs() : startMs;
      const spentMs = Math.max(waitedMs, scope.durable.lastStepMs() - startMs);
      const delayMs = rule === null ? null : retryAfterMs(run, call, rule, failure.error, { attempt, spentMs });
      if (delayMs === null) return await handle(run, call, failure, rule !== null);
      run.recorder.caught(`${call.pointer}/try`);
      takeBackVisits(scope.visits, call.key, visits);
      await scope.durable.sleep(delayMs);
      waitedMs += delayMs;
    }
  }
}

async function tryOnce(run: Interpretation, call: TaskCall<"try">, rule: RetryRule | null, isFirst: boolean): Promise<ListEnd> {
  const scope = { ...call.scope, key: call.key, resume: isFirst ? call.scope.resume : [] };
  const limit = rule?.limit.attemptDuration ?? null;
  if (limit === null) return run.runTasks(scope, call.task.try, call.input);
  const limitMs = toMs(run, limit, call.expressionScope());
  return withinTime(scope.durable, limitMs, `An attempt of "${call.name}"`, (durable) => run.runTasks({ ...scope, durable }, call.task.try, call.input));
}

/** Retries use the keys of the attempt they repeat. */
function takeBackVisits(visits: Map<string, number>, key: string, before: ReadonlyMap<string, number>): void {
  for (const place of visits.keys()) {
    if (!place.startsWith(`${key}/`)) continue;
    const count = before.get(place);
    if (count === undefined) visits.delete(place);
    else visits.set(place, count);
  }
}

function retryRule(run: Interpretation, rule: CatchRule): RetryRule | null {
  if (rule.retry === null || !("reference" in rule.retry)) return rule.retry;
  const named = ownValue(run.definition.use.retries, rule.retry.reference);
  if (named === undefined) throw fault("configuration", { detail: `There is no retry policy "${rule.retry.reference}" in \`use.retries\`.` });
  return named;
}

function isCaught(run: Interpretation, call: TaskCall<"try">, error: WorkflowError): boolean {
  const { errors, when, exceptWhen } = call.task.catch;
  const scope = call.expressionScope({ variables: { [call.task.catch.as]: error } });
  if (errors !== null) {
    for (const [field, wanted] of Object.entries(errors)) {
      const expected = run.expressions.evaluate(wanted, scope);
      const actual = Object.entries(error).find(([key]) => key === field)?.[1];
      if (field === "type" && typeof expected === "string" ? !isSameErrorType(error.type, expected) : actual !== expected) return false;
    }
  }
  return (when === null || run.expressions.test(when, scope)) && (exceptWhen === null || !run.expressions.test(exceptWhen, scope));
}

/** How long to wait before the next attempt; null when the policy allows none. */
function retryAfterMs(run: Interpretation, call: TaskCall<"try">, rule: RetryRule, error: WorkflowError, so: { attempt: number; spentMs: number }): number | null {
  const scope = call.expressionScope({ variables: { [call.task.catch.as]: error } });
  if (rule.limit.attempts !== null && so.attempt > rule.limit.attempts) return null;
  if ((rule.when !== null && !run.expressions.test(rule.when, scope)) || (rule.exceptWhen !== null && run.expressions.test(rule.exceptWhen, scope))) return null;
  const baseMs = rule.delay === null ? 0 : toMs(run, rule.delay, scope);
  const grown = rule.backoff.kind === "constant" ? baseMs : rule.backoff.kind === "linear" ? baseMs * so.attempt : baseMs * 2 ** Math.min(40, so.attempt - 1);
  const [fromMs, untilMs] = rule.jitter === null ? [0, 0] : [toMs(run, rule.jitter.from, scope), toMs(run, rule.jitter.to, scope)];
  const delayMs = grown + fromMs + Math.round(call.scope.durable.random() * Math.max(0, untilMs - fromMs));
  const limitMs = rule.limit.duration === null ? Infinity : toMs(run, rule.limit.duration, scope);
  return so.spentMs + delayMs > limitMs ? null : delayMs;
}

async function handle(run: Interpretation, call: TaskCall<"try">, failure: TaskFailure, hasRetried: boolean): Promise<TaskOutcome> {
  if (call.task.catch.do === null && hasRetried) throw failure;
  run.recorder.caught(`${call.pointer}/try`);
  return dealWith(run, call, failure.error);
}

async function dealWith(run: Interpretation, call: TaskCall<"try">, error: WorkflowError): Promise<TaskOutcome> {
  const { catch: rule } = call.task;
  call.note({ branch: "catch" });
  if (rule.do === null) return { output: call.input };
  const variables = { ...call.scope.variables, [rule.as]: error };
  try {
    return toOutcome(await run.runTasks({ ...call.scope, key: call.key, variables }, rule.do, call.input));
  } catch (thrown) {
    if (thrown instanceof TaskFailure) thrown.extra = { caught: error };
    throw thrown;
  }
}

function toOutcome(ended: ListEnd): TaskOutcome {
  return { output: ended.output, isEnd: ended.by === "end" };
}
