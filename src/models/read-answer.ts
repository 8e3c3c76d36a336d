import type { Model, ModelFinishReason, ModelRequest, ModelServed, ModelToolCall, ModelUsage } from "./model.ts";
import { modelUnavailable } from "./models.errors.ts";
import { costMicroUsd } from "./prices.ts";

export type ModelAnswer = { text: string; toolCalls: ModelToolCall[]; reason: ModelFinishReason; usage: ModelUsage; served: ModelServed };

/**
 * Reads one answer to its end.
 *
 * Shapes: `onText` gets each text as it comes, before it is known whether a tool call follows.
 * Throws: what the model throws.
 */
export async function readAnswer(model: Model, request: ModelRequest, onText?: (text: string) => void): Promise<ModelAnswer> {
  let text = "";
  const toolCalls: ModelToolCall[] = [];
  let answer: ModelAnswer | null = null;
  for await (const part of model.stream(request)) {
    if (part.kind === "text") {
      text += part.text;
      onText?.(part.text);
    } else if (part.kind === "tool_call") toolCalls.push(part.call);
    else answer = { text, toolCalls, reason: part.reason, usage: part.usage, served: part.served ?? servedBy(model, part.usage) };
  }
  if (!answer) throw modelUnavailable({ details: { provider: model.provider, modelId: model.id } });
  return answer;
}

/** The called model itself, at its own price. */
export function servedBy(model: Model, usage: ModelUsage): ModelServed {
  return { modelId: model.id, provider: model.provider, costMicroUsd: costMicroUsd(model.priceMicroUsdPerMillion, usage) };
}
