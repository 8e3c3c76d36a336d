import { APICallError, InvalidResponseDataError, JSONParseError, TypeValidationError } from "ai";
import { AppError, messageOf } from "../../lib/app-error.ts";
import { isRecord } from "../../lib/is-record.ts";
import { estimatePromptTokens, estimateTokens, tokensOfBytes } from "../estimate-tokens.ts";
import type { Model, ModelFinishReason, ModelHandling, ModelPart, ModelPrice, ModelRequest, ModelUsage } from "../model.ts";
import { modelCancelled, modelInvalidAnswer, modelUnavailable } from "../models.errors.ts";
import { modelErrorFrom } from "../provider-failure.ts";
import { believedUsage, mostCharacters, type ToldUsage } from "../told-usage.ts";
import type { VendorCall } from "./vendor-request.ts";
import { createVendor, type Vendor, type VendorPart, type VendorSettings } from "./vendors.ts";

/** `baseUrl` ends before `/chat/completions`, `/messages`, `/models/…` or `/model/…`. A missing `apiKey` sends none. */
export type AiSdkOptions = VendorSettings & { handling: ModelHandling; priceMicroUsdPerMillion: ModelPrice | null };

type VendorFinish = Extract<VendorPart, { type: "finish" }>;

/** How long a server may keep the connection open after its finish before we close it. */
const LINGER_MS = 1_000;

/**
 * OpenAI, Anthropic, Google, Mistral, Azure OpenAI, Amazon Bedrock and every OpenAI-compatible server, through the AI SDK's
 * providers (1.4 ms of CPU a call of 50 parts; `streamText` takes 3.2 ms, `fetch` alone 0.8 ms: Node 24, 2 cores).
 *
 * Limits: texts, tools, images, answers by JSON Schema. Reasoning is turned off where a model allows it, because the port does
 * not carry reasoning back in a later call; reasoning text is dropped. OpenAI is spoken to by Chat Completions.
 */
export function createAiSdkModel(options: AiSdkOptions): Model {
  const vendor = createVendor(options);
  return {
    id: options.modelId,
    provider: options.wire,
    handling: options.handling,
    priceMicroUsdPerMillion: options.priceMicroUsdPerMillion,
    stream: (request) => streamParts(vendor, options, request),
  };
}

async function* streamParts(vendor: Vendor, options: AiSdkOptions, request: ModelRequest): AsyncGenerator<ModelPart> {
  const closing = new AbortController();
  const received: Received = { text: "", hasToolCalls: false, characters: 0 };
  let isFinished = false;
  let linger: NodeJS.Timeout | undefined;
  try {
    request.signal.throwIfAborted();
    for await (const part of await vendor(vendorCall(options, request, AbortSignal.any([request.signal, closing.signal])))) {
      if (isFinished) continue;
      const ours = toPart(part, options.wire, request, received);
      if (!ours) continue;
      if (ours.kind === "finish") {
        isFinished = true;
        linger = setTimeout(() => closing.abort(), LINGER_MS);
      }
      yield ours;
    }
    if (!isFinished) throw modelUnavailable({ cause: new Error("The stream ended without a finish.") });
  } catch (thrown) {
    if (!isFinished) throw failure(thrown, options, request, received);
  } finally {
    clearTimeout(linger);
    closing.abort();
  }
}

type Received = { text: string; hasToolCalls: boolean; characters: number };

function toPart(part: VendorPart, provider: string, request: ModelRequest, received: Received): ModelPart | null {
  switch (part.type) {
    case "text-delta":
      if (part.delta === "") return null;
      count(part.delta, request, received);
      received.text += part.delta;
      return { kind: "text", text: part.delta };
    case "reasoning-delta":
    case "tool-input-delta":
      count(part.delta, request, received);
      return null;
    case "tool-call":
      received.hasToolCalls = true;
      return { kind: "tool_call", call: { callId: part.toolCallId, toolName: part.toolName, arguments: parseArguments(part.input) } };
    case "finish":
      return { kind: "finish", reason: finishReason(part, received), usage: believedUsage(toldBy(part.usage), { provider, request, characters: received.characters }) ?? estimatedUsage(request, received) };
    case "error":
      throw part.error;
    default:
      return null;
  }
}

function count(delta: string, request: ModelRequest, received: Received): void {
  received.characters += delta.length;
  request.onReceived?.(delta.length);
  if (received.characters > mostCharacters(request.maxOutputTokens))
    throw modelInvalidAnswer({ message: "The AI model's answer went on far beyond the limit asked for." });
}

/** Arguments that are not JSON stay the raw text, so that the model can be told. */
function parseArguments(input: string): unknown {
  if (input.trim() === "") return {};
  try {
    return JSON.parse(input);
  } catch {
    return input;
  }
}

function finishReason(part: VendorFinish, received: Received): ModelFinishReason {
  const reason = part.finishReason.unified;
  // Some libraries end a stream that broke off by a finish without the provider's word for it.
  const isCut = reason === "interrupted" || reason === "error" || (reason === "other" && part.finishReason.raw === undefined);
  if (isCut) throw modelUnavailable({ cause: new Error(`The stream ended as ${reason}.`) });
  if (reason === "length") return "length";
  if (received.hasToolCalls) return "tool_calls";
  return reason === "stop" ? "stop" : "other";
}

/** Only OpenAI's form has a total of its own. */
function toldBy({ inputTokens, outputTokens, raw }: VendorFinish["usage"]): ToldUsage {
  return { prompt: inputTokens.total, completion: outputTokens.total, total: raw?.["total_tokens"], cacheRead: inputTokens.cacheRead, cacheWrite: inputTokens.cacheWrite };
}

function estimatedUsage(request: ModelRequest, received: Received): ModelUsage {
  return { promptTokens: estimatePromptTokens(request.messages, request.tools), completionTokens: Math.max(estimateTokens(received.text), tokensOfBytes(received.characters)), isEstimated: true };
}

function failure(thrown: unknown, options: AiSdkOptions, request: ModelRequest, received: Received): AppError {
  const usage = received.characters > 0 || received.hasToolCalls ? { usage: estimatedUsage(request, received) } : {};
  const details = { provider: options.wire, modelId: options.modelId, ...usage };
  if (request.signal.aborted) return modelCancelled({ details });
  if (thrown instanceof AppError) return new AppError({ code: thrown.code, message: thrown.message, status: thrown.status, isRetryable: thrown.isRetryable, cause: thrown.cause, details: { ...thrown.details, ...details } });
  if (APICallError.isInstance(thrown)) {
    // A good status with an error is a body that broke off, or one that is not what was asked for.
    const status = thrown.statusCode !== undefined && thrown.statusCode >= 300 ? thrown.statusCode : null;
    if (status === null && !thrown.isRetryable) return modelInvalidAnswer({ details });
    return modelErrorFrom({ status, body: thrown.responseBody ?? thrown.data, message: thrown.message, headers: thrown.responseHeaders ?? {} }, details);
  }
  if (InvalidResponseDataError.isInstance(thrown) && /finish reason/.test(thrown.message)) return modelUnavailable({ details, cause: new Error(thrown.message) });
  // A library that knows no errors inside a stream takes one for an event of a wrong form.
  if (TypeValidationError.isInstance(thrown) && isRecord(thrown.value) && isRecord(thrown.value["error"])) return modelErrorFrom({ status: null, body: thrown.value, message: "", headers: {} }, details);
  if (JSONParseError.isInstance(thrown) || TypeValidationError.isInstance(thrown) || InvalidResponseDataError.isInstance(thrown)) return modelInvalidAnswer({ details });
  return modelErrorFrom({ status: null, body: thrown, message: thrown instanceof Error ? messageOf(thrown) : "", headers: {} }, details);
}

function vendorCall(options: AiSdkOptions, request: ModelRequest, abortSignal: AbortSignal): VendorCall {
  // Models that think before they answer would spend the output limit on it; older ones do not know the setting.
  const isThinking = options.wire === "anthropic" || (options.wire === "openai" && /^gpt-([5-9]|\d\d)(?!.*-chat)/.test(options.modelId));
  // A schema that is not strict by OpenAI's rules would be refused when it is sent as one.
  const isStrict = request.answerSchema !== undefined && isStrictSchema(request.answerSchema);
  const providerOptions: VendorCall["providerOptions"] = {
    ...(request.answerSchema !== undefined && !isStrict ? { openai: { strictJsonSchema: false }, azure: { strictJsonSchema: false }, compatible: { strictJsonSchema: false } } : {}),
    ...(options.wire === "google" && options.modelId.startsWith("gemini-2.5-flash") ? { google: { thinkingConfig: { thinkingBudget: 0 } } } : {}),
  };
  return { request, abortSignal, isThinking, providerOptions };
}

/** Whether every object names all its members as required and allows no others. */
function isStrictSchema(schema: unknown): boolean {
  if (Array.isArray(schema)) return schema.every(isStrictSchema);
  if (!isRecord(schema)) return true;
  if (isRecord(schema["properties"])) {
    const required = Array.isArray(schema["required"]) ? schema["required"] : [];
    if (schema["additionalProperties"] !== false || Object.keys(schema["properties"]).some((name) => !required.includes(name))) return false;
  } else if (schema["type"] === "object") return false;
  return Object.values(schema).every(isStrictSchema);
}
