import { isRetryable } from "../../lib/app-error.ts";
import { durableCancelled, isCancelled, isInterruption } from "../../durable/durable.errors.ts";
import type { RunRule } from "../document/definition.ts";
import { runDepth } from "../events/event-depth.ts";
import { keepEffects } from "../run/effects.ts";
import { fault, makeFault } from "../run/faults.ts";
import type { Interpretation, TaskCall, TaskOutcome } from "../run/interpretation.ts";
import { LIMITS } from "../run/limits.ts";
import { WORKFLOW_SERVICE, deriveRunId, runEnd, type RunInput } from "../run/run-input.ts";
import { beginEffect } from "./begin-effect.ts";
import { stopChild } from "./stop-child.ts";

/**
 * A workflow as a part of this one: a run of its own, with its own journal and records. It takes the version that is active
 * when it begins, unless one is named, and keeps it. Not awaited, it goes on by itself and the task's input is its output.
 */
export async function performSubWorkflow(run: Interpretation, call: TaskCall<"run">, rule: Extract<RunRule, { kind: "workflow" }>): Promise<TaskOutcome> {
  const { durable } = call.scope;
  const name = `${rule.namespace}/${rule.name}`;
  if (run.input.depth >= LIMITS.depth) throw fault("runtime", { title: "Too deep", detail: `Workflows run each other more than ${LIMITS.depth} deep; "${name}" is not begun.` });
  beginEffect(run);
  const hash = await durable.step("resolve", () => run.deps.versions.resolve(run.input.tenantId, { namespace: rule.namespace, name: rule.name, version: rule.version }));
  if (hash === null) throw fault("configuration", { detail: `There is no workflow "${name}" in version ${rule.version}.` });
  const input = rule.input === null ? call.input : run.expressions.evaluate(rule.input, call.expressionScope());
  const started = { service: WORKFLOW_SERVICE, handler: "run", input: toChildInput(run, call, hash, input) };
  beginEffect(run);
  if (!rule.isAwaited) {
    durable.send(started);
    return { output: call.input };
  }
  run.state.mayHoldModelWords = true;
  await run.recorder.pause(durable, call.pointer);
  const child = durable.start(started);
  try {
    return { output: toOutput(run, name, runEnd.parse(await child.wait())) };
  } catch (error) {
    if (isRetryable(error) || !isInterruption(error)) throw error;
    // It undoes its own effects before we undo those from before it; what it could not undo, or had completed, is ours.
    const { answer, wasCancelled } = await stopChild(child);
    const end = answer === null ? null : runEnd.parse(answer);
    if (end !== null && end.status !== "repeated") keepEffects(run.state, end);
    throw wasCancelled && !isCancelled(error) ? durableCancelled() : error;
  }
}

function toOutput(run: Interpretation, name: string, end: ReturnType<typeof runEnd.parse>): unknown {
  if (end.status !== "repeated") keepEffects(run.state, end);
  if (end.status === "failed") {
    throw makeFault({ ...end.error, detail: `Workflow "${name}" failed at ${end.error.instance}: ${end.error.detail ?? end.error.title}`, instance: "" });
  }
  if (end.status !== "completed") throw fault("runtime", { title: "Cancelled", detail: `Workflow "${name}" was ${end.status === "cancelled" ? "cancelled" : "started before"}.` });
  return end.output;
}

/** A retry is another attempt of the same run: the keys of its effects stay, so what was done is not done again. */
function toChildInput(run: Interpretation, call: TaskCall<"run">, hash: string, input: unknown): RunInput {
  const secretNames = [...new Set([...(run.input.secretNames ?? []), ...run.definition.use.secrets])];
  const atMs = Math.max(call.scope.durable.lastStepMs(), run.input.startedAtMs);
  return {
    ...run.input, runId: deriveRunId(call.key), hash, input, startedAtMs: atMs, askedMs: atMs, startedBy: `run ${run.input.runId}`,
    parentRunId: run.input.runId, depth: run.input.depth + 1, attempt: call.iteration + run.input.attempt - 1, resume: null, mode: "run", mayBeRepeat: false, spent: [...run.state.spent],
    ...(secretNames.length === 0 ? {} : { secretNames }), eventDepth: runDepth(run.input),
  };
}
