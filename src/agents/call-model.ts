import { AppError } from "../lib/app-error.ts";
import type { Clock } from "../lib/clock.ts";
import type { CallContext } from "../models/call-context.ts";
import type { Model, ModelMessage, ModelRequest, ModelTool } from "../models/model.ts";
import { type ModelAnswer, readAnswer, servedBy } from "../models/read-answer.ts";
import { servedOfError, usageOfError } from "../models/usage-of-error.ts";
import type { AgentInput, AgentStep, AgentText, ModelCallRecord, SavedModelCall } from "./agent.ts";

export type CallModelDeps = {
  model: Model;
  /** On whose behalf the model is called. */
  context: CallContext;
  step: AgentStep;
  saveModelCall(call: SavedModelCall): Promise<string>;
  loadModelCall(id: string): Promise<SavedModelCall>;
  onText(event: AgentText): void;
  clock: Clock;
  /** Ends the run from outside (a person took over, a newer message supersedes it): it then throws `models.cancelled`. */
  signal?: AbortSignal;
};

export type CalledModel = { kind: "called"; record: ModelCallRecord; answer: SavedModelCall } | { kind: "failed"; reason: string; record: ModelCallRecord | null };

type Journaled = { kind: "called"; record: ModelCallRecord } | { kind: "failed"; reason: string; record: ModelCallRecord | null };

const MAX_TIMER_MS = 2_147_483_647;

/**
 * One model call as one journaled step. With `answerSchema` (and no tools) the answer's text is one JSON document that fits it.
 *
 * Errors: those of the model are an outcome (`failed`) with their code as the reason; only a cancel from outside and errors
 *   of `saveModelCall` and `loadModelCall` are thrown.
 * Replay: the journal holds the record; the text is read again by `loadModelCall`. A crash between saving and journaling
 *   calls the model once more, under the same `Idempotency-Key`, and leaves one saved call that nothing points to.
 */
export async function callModel(deps: CallModelDeps, input: AgentInput, messages: readonly ModelMessage[], tools: ModelTool[], name: string, answerSchema?: Record<string, unknown>): Promise<CalledModel> {
  const fresh = new Map<string, SavedModelCall>();
  const journaled = await deps.step<Journaled>(name, async () => {
    const startedMs = deps.clock.nowMs();
    const leftMs = input.limits.deadlineMs - startedMs;
    if (leftMs <= 0) return { kind: "failed", reason: "agent.deadline_passed", record: null };
    const deadline = AbortSignal.timeout(Math.min(leftMs, MAX_TIMER_MS));
    const request = { ...requestOf(deps, input, [...messages], tools, name, deadline), ...(answerSchema === undefined ? {} : { answerSchema }) };
    const shown = createShownText(deps.onText);
    try {
      const answer = await readAnswer(deps.model, request, shown.add);
      if (!isAnswer(answer)) shown.withdraw();
      const call = savedCall(deps, request, startedMs, answer);
      const record = await save(deps, call);
      fresh.set(record.id, call);
      return { kind: "called", record };
    } catch (thrown) {
      shown.withdraw();
      if (!(thrown instanceof AppError) || !thrown.code.startsWith("models.") || deps.signal?.aborted) throw thrown;
      const reason = deadline.aborted ? "agent.deadline_passed" : thrown.code;
      const usage = usageOfError(thrown);
      return { kind: "failed", reason, record: usage && (await save(deps, savedCall(deps, request, startedMs, { text: "", toolCalls: [], reason: "failed", usage, served: servedOfError(thrown) ?? servedBy(deps.model, usage) }))) };
    }
  });
  if (journaled.kind === "failed") return journaled;
  return { ...journaled, answer: fresh.get(journaled.record.id) ?? (await deps.loadModelCall(journaled.record.id)) };
}

/** Whether the text is what the contact gets: whole, and with no call after it. */
export function isAnswer(answer: { text: string; toolCalls: readonly unknown[]; reason: string }): boolean {
  return answer.toolCalls.length === 0 && answer.reason === "stop" && answer.text.trim() !== "";
}

function requestOf(deps: CallModelDeps, input: AgentInput, messages: ModelMessage[], tools: ModelTool[], name: string, deadline: AbortSignal): ModelRequest {
  return {
    context: deps.context,
    messages,
    tools,
    maxOutputTokens: input.limits.maxOutputTokens,
    temperature: input.temperature ?? 0.2,
    signal: deps.signal ? AbortSignal.any([deadline, deps.signal]) : deadline,
    ...(input.runKey === undefined ? {} : { idempotencyKey: `${input.runKey}:${name}` }),
  };
}

type Ended = Omit<ModelAnswer, "reason"> & { reason: SavedModelCall["finishReason"] };

function savedCall(deps: CallModelDeps, request: ModelRequest, startedMs: number, ended: Ended): SavedModelCall {
  return {
    modelId: ended.served.modelId,
    provider: ended.served.provider,
    messages: request.messages,
    text: ended.text,
    toolCalls: ended.toolCalls,
    finishReason: ended.reason,
    usage: ended.usage,
    costMicroUsd: ended.served.costMicroUsd,
    durationMs: deps.clock.nowMs() - startedMs,
    ...(ended.served.reason === undefined ? {} : { routeReason: ended.served.reason }),
  };
}

async function save(deps: CallModelDeps, call: SavedModelCall): Promise<ModelCallRecord> {
  const id = await deps.saveModelCall(call);
  const { modelId, durationMs, finishReason, routeReason } = call;
  return { id, modelId, promptTokens: call.usage.promptTokens, completionTokens: call.usage.completionTokens, costMicroUsd: call.costMicroUsd, durationMs, finishReason, ...(routeReason === undefined ? {} : { routeReason }) };
}

function createShownText(onText: (event: AgentText) => void) {
  let offset = 0;
  return {
    add(text: string) {
      onText({ kind: "delta", text, offset });
      offset += text.length;
    },
    withdraw() {
      if (offset > 0) onText({ kind: "withdrawn" });
      offset = 0;
    },
  };
}
