import { AppError } from "../../lib/app-error.ts";
import type { CallContext } from "../call-context.ts";
import type { Model, ModelPart, ModelRequest } from "../model.ts";
import { servedOfError, usageOfError } from "../usage-of-error.ts";

/** One call as OpenTelemetry's GenAI conventions name it; no text of prompt or answer. Durations in microseconds. */
export type ModelSpan = {
  context: CallContext;
  startedAtMs: number;
  durationUs: number;
  /** Null: no part came. */
  firstPartUs: number | null;
  attributes: Record<string, string | number | boolean>;
};

/**
 * The same model, each of whose calls is told to `record` when it ends, however it does.
 * Source: OpenTelemetry semantic conventions for generative AI, `gen_ai.*` of an inference span.
 */
export function withTrace(model: Model, record: (span: ModelSpan) => void): Model {
  return { ...model, stream: (request) => traced(model, record, request) };
}

async function* traced(model: Model, record: (span: ModelSpan) => void, request: ModelRequest): AsyncGenerator<ModelPart> {
  const startedAtMs = Date.now();
  const from = performance.now();
  const since = () => Math.round((performance.now() - from) * 1_000);
  let firstPartUs: number | null = null;
  let attributes = openAttributes(model, request);
  let isEnded = false;
  try {
    for await (const part of model.stream(request)) {
      firstPartUs ??= since();
      if (part.kind === "finish") {
        isEnded = true;
        attributes = { ...attributes, ...finishAttributes(part) };
      }
      yield part;
    }
  } catch (thrown) {
    isEnded = true;
    attributes = { ...attributes, ...errorAttributes(thrown) };
    throw thrown;
  } finally {
    // A reader who left early has cancelled it.
    if (!isEnded) attributes = { ...attributes, "error.type": "models.cancelled" };
    record({ context: request.context, startedAtMs, durationUs: since(), firstPartUs, attributes });
  }
}

function openAttributes(model: Model, request: ModelRequest): ModelSpan["attributes"] {
  return {
    "gen_ai.operation.name": "chat", "gen_ai.provider.name": model.provider, "gen_ai.request.model": request.context.route ?? model.name ?? model.id, "gen_ai.request.max_tokens": request.maxOutputTokens,
    "gen_ai.request.temperature": request.temperature, "gen_ai.output.type": request.answerSchema === undefined ? "text" : "json",
    ...(request.context.conversationId === undefined ? {} : { "gen_ai.conversation.id": request.context.conversationId }),
  };
}

function finishAttributes(part: Extract<ModelPart, { kind: "finish" }>): ModelSpan["attributes"] {
  const { usage, served } = part;
  return {
    "gen_ai.usage.input_tokens": usage.promptTokens, "gen_ai.usage.output_tokens": usage.completionTokens, "gen_ai.response.finish_reasons": part.reason, "baton.usage.is_estimated": usage.isEstimated,
    ...(usage.cacheReadTokens === undefined ? {} : { "gen_ai.usage.cache_read.input_tokens": usage.cacheReadTokens }),
    ...(usage.cacheWriteTokens === undefined ? {} : { "gen_ai.usage.cache_creation.input_tokens": usage.cacheWriteTokens }),
    ...(served === undefined ? {} : { "gen_ai.response.model": served.modelId, "gen_ai.provider.name": served.provider, ...(served.costMicroUsd === null ? {} : { "baton.cost.micro_usd": served.costMicroUsd }), ...(served.cached === undefined ? {} : { "baton.cache": served.cached }), ...(served.reason === undefined ? {} : { "baton.route.reason": served.reason }) }),
  };
}

function errorAttributes(thrown: unknown): ModelSpan["attributes"] {
  const usage = usageOfError(thrown);
  const served = servedOfError(thrown);
  return {
    "error.type": thrown instanceof AppError ? thrown.code : thrown instanceof Error ? thrown.name : "error",
    ...(usage === null ? {} : { "gen_ai.usage.input_tokens": usage.promptTokens, "gen_ai.usage.output_tokens": usage.completionTokens, "baton.usage.is_estimated": true }),
    ...(served === null ? {} : { "gen_ai.response.model": served.modelId, "gen_ai.provider.name": served.provider }),
  };
}
