import { shapeOfJsonSchema } from "../../lib/shape.ts";
import type { Model, ModelPart, ModelRequest, ModelServed, ModelUsage } from "../model.ts";
import { modelAnswerUnfit } from "../models.errors.ts";
import { type ModelAnswer, readAnswer } from "../read-answer.ts";

/**
 * The same model, whose answers by `answerSchema` fit their schema: what does not is sent back once with what is wrong.
 *
 * Shapes: one text, the JSON document, and a finish with the figures of both tries together. Nothing comes before the whole
 *   answer is known to fit.
 * Errors: `models.answer_unfit` with `details.reason` and `details.usage` when the second does not fit either.
 */
export function withCheckedAnswer(model: Model): Model {
  return { ...model, stream: (request) => (request.answerSchema === undefined ? model.stream(request) : checked(model, request, request.answerSchema)) };
}

async function* checked(model: Model, request: ModelRequest, schema: Record<string, unknown>): AsyncGenerator<ModelPart> {
  const first = await readAnswer(model, request);
  const read = readDocument(schema, first);
  if (read.isFit) return yield* answerOf(read.text, first, first.usage, first.served);
  const repair = `That answer cannot be used: ${read.reason}. Answer again, in the wanted form.`;
  const { idempotencyKey } = request;
  const second = await readAnswer(model, { ...request, messages: [...request.messages, { role: "assistant", text: first.text === "" ? "(no answer)" : first.text }, { role: "user", text: repair }], ...(idempotencyKey === undefined ? {} : { idempotencyKey: `${idempotencyKey}:repair` }) });
  const usage = sumOf(first.usage, second.usage);
  const served = { ...second.served, costMicroUsd: first.served.costMicroUsd === null || second.served.costMicroUsd === null ? null : first.served.costMicroUsd + second.served.costMicroUsd };
  const again = readDocument(schema, second);
  if (!again.isFit) throw modelAnswerUnfit({ details: { reason: again.reason, usage, served, provider: second.served.provider, modelId: second.served.modelId } });
  yield* answerOf(again.text, second, usage, served);
}

function* answerOf(text: string, answer: ModelAnswer, usage: ModelUsage, served: ModelServed): Generator<ModelPart> {
  yield { kind: "text", text };
  yield { kind: "finish", reason: answer.reason, usage, served };
}

type Read = { isFit: true; text: string } | { isFit: false; reason: string };

const shapes = new WeakMap<Record<string, unknown>, ReturnType<typeof shapeOfJsonSchema>>();

function readDocument(schema: Record<string, unknown>, answer: ModelAnswer): Read {
  if (answer.reason === "length") return { isFit: false, reason: "it is cut, so make it shorter" };
  const text = withoutFence(answer.text.trim());
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return { isFit: false, reason: text === "" ? "it is empty" : "it is not JSON" };
  }
  const shape = shapes.get(schema) ?? shapeOfJsonSchema(schema, { isForeign: true });
  shapes.set(schema, shape);
  const fit = shape.parse(value);
  return fit.isFit ? { isFit: true, text } : { isFit: false, reason: fit.reason };
}

const FENCE = "```";

/** Some models put a fence around it although they are told not to. */
function withoutFence(text: string): string {
  if (text.length < 2 * FENCE.length || !text.startsWith(FENCE) || !text.endsWith(FENCE)) return text;
  const inside = text.slice(FENCE.length, -FENCE.length);
  return (inside.startsWith("json") ? inside.slice("json".length) : inside).trim();
}

function sumOf(one: ModelUsage, other: ModelUsage): ModelUsage {
  const read = (one.cacheReadTokens ?? 0) + (other.cacheReadTokens ?? 0);
  const written = (one.cacheWriteTokens ?? 0) + (other.cacheWriteTokens ?? 0);
  return {
    promptTokens: one.promptTokens + other.promptTokens, completionTokens: one.completionTokens + other.completionTokens, isEstimated: one.isEstimated || other.isEstimated,
    ...(read > 0 ? { cacheReadTokens: read } : {}), ...(written > 0 ? { cacheWriteTokens: written } : {}),
  };
}
