import { z } from "zod";
import type { Durable } from "../../durable/durable.ts";
import { deriveId } from "../../lib/derive-id.ts";
import { isRecord } from "../../lib/is-record.ts";
import { ownValue } from "../../lib/own-value.ts";
import type { CallHandler } from "../calls/call-handler.ts";
import { withAddress } from "../calls/endpoint.ts";
import { runDepth } from "../events/event-depth.ts";
import type { FunctionCall, WorkflowFunction } from "../functions/function.ts";
import { credentialsIn } from "../calls/credentials-in.ts";
import { freshKey, keepEffects } from "../run/effects.ts";
import { fault } from "../run/faults.ts";
import type { Interpretation, TaskCall, TaskOutcome } from "../run/interpretation.ts";
import { LIMITS, checkSize } from "../run/limits.ts";
import { writesWords } from "../run/model-words.ts";
import { refuseCall } from "../run/refusals.ts";
import { beginEffect } from "./begin-effect.ts";

/** A call: to the outside, to a function of the document (`use.functions`), or to one of our own. */
export async function performCall(run: Interpretation, call: TaskCall<"call">): Promise<TaskOutcome> {
  const { call: name, with: template } = call.task;
  const given = run.expressions.evaluate(template, call.expressionScope());
  call.note({ calledWith: given });
  const own = ownValue(run.definition.use.functions, name);
  if (own !== undefined) {
    if (call.scope.functionDepth >= LIMITS.functionDepth) throw fault("runtime", { title: "Too deep", detail: `Functions call each other more than ${LIMITS.functionDepth} deep.` });
    const flow = await run.runTask({ ...call.scope, key: call.key, functionDepth: call.scope.functionDepth + 1 }, own, given);
    return { output: flow.output, isEnd: flow.then === "end" };
  }
  if (name === "http" || name === "openapi" || name === "mcp") return { output: await callOutside(run, call, run.deps.calls[name], given) };
  const fn = run.deps.functions.get(name);
  run.state.mayHoldModelWords ||= writesWords(call);
  if (fn !== undefined) return { output: await callFunction(run, call, fn, given) };
  throw refuseCall(name, run.definition, run.deps.functions) ?? new Error(`"${name}" is neither called nor refused`);
}

async function callOutside(run: Interpretation, call: TaskCall<"call">, handler: CallHandler, given: unknown): Promise<unknown> {
  const authentications = authenticationsFor(run, call, given);
  run.recorder.hide(credentialsIn(given, authentications));
  call.note({ calledWith: withAddress(given, call.input) });
  beginEffect(run);
  const output = await handler({ call: toFunctionCall(run, call.scope.durable, call, call.key), with: toRecord(given), data: call.input, authentications, secrets: run.secrets });
  checkSize(output, "answer");
  return output;
}

/** Only those that `with` names are evaluated: another one's expressions may not fit this task's data. */
function authenticationsFor(run: Interpretation, call: TaskCall<"call">, given: unknown): Record<string, Record<string, unknown>> {
  const text = JSON.stringify(given) ?? "";
  const named = Object.entries(run.definition.use.authentications).filter(([name]) => text.includes(JSON.stringify(name)));
  return Object.fromEntries(named.map(([name, policy]) => [name, toRecord(run.expressions.evaluate(policy, call.expressionScope()))]));
}

async function callFunction(run: Interpretation, call: TaskCall<"call">, fn: WorkflowFunction, given: unknown): Promise<unknown> {
  const input = fn.input.safeParse(given);
  if (!input.success) throw fault("validation", { detail: `What "${fn.name}" is given is not valid: ${z.prettifyError(input.error)}` });
  call.note({ calledWith: input.data });
  if (fn.traits.needsConversation && run.input.conversationId === null) throw fault("configuration", { detail: `"${fn.name}" needs a conversation, and this run has none.` });
  beginEffect(run);
  const key = freshKey(run.state, call.key);
  if (fn.traits.waits) {
    run.state.waited.add(key);
    await run.recorder.pause(call.scope.durable, call.pointer);
  }
  const output = await fn.run(toFunctionCall(run, call.scope.durable, call, key), input.data);
  if (fn.undo !== undefined) keepEffects(run.state, { effects: [{ pointer: call.pointer, name: call.name, iteration: call.iteration, function: fn.name, key, input: input.data, output }] });
  checkSize(output, "answer");
  return output;
}

/** What a function is told about its place. */
export function toFunctionCall(run: Interpretation, durable: Durable, task: FunctionCall["task"], key: string): FunctionCall {
  const { tenantId, runId, hash, conversationId, contactId, caseId, turnId, startedBy } = run.input;
  const { namespace, name, version } = run.definition.document;
  return {
    durable,
    subject: { tenantId, runId, workflow: { namespace, name, version, hash }, conversationId, contactId, caseId, turnId, startedBy, eventDepth: 1 + runDepth(run.input) },
    task: { name: task.name, pointer: task.pointer, iteration: task.iteration },
    idempotencyKey: deriveId("call", key),
    mayHoldModelWords: run.state.mayHoldModelWords,
    async pause() {
      run.state.waited.add(key);
      await run.recorder.pause(durable, task.pointer);
    },
  };
}

function toRecord(value: unknown): Record<string, unknown> {
  return isRecord(value) ? { ...value } : {};
}
