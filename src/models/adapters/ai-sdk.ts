import { createAnthropic } from "@ai-sdk/anthropic";
import { createOpenAI } from "@ai-sdk/openai";
import { createOpenAICompatible } from "@ai-sdk/openai-compatible";
import { APICallError, InvalidResponseDataError, JSONParseError, TypeValidationError, type JSONSchema7 } from "ai";
import { AppError, messageOf } from "../../lib/app-error.ts";
import { estimatePromptTokens, estimateTokens } from "../estimate-tokens.ts";
import type { Model, ModelFinishReason, ModelHandling, ModelMessage, ModelPart, ModelPrice, ModelRequest, ModelTool, ModelUsage } from "../model.ts";
import { modelCancelled, modelInvalidAnswer, modelUnavailable } from "../models.errors.ts";
import { modelErrorFrom } from "../provider-failure.ts";

/** `baseUrl` ends before `/chat/completions` or `/messages`. A missing `apiKey` sends none. */
export type AiSdkOptions = {
  wire: "openai" | "anthropic" | "openai-compatible";
  modelId: string;
  baseUrl: string;
  apiKey?: string;
  handling: ModelHandling;
  priceMicroUsdPerMillion: ModelPrice | null;
};

// The provider's own stream (`doStream`), not `streamText`: no console, no globals, no buffers; 1.4 ms of CPU a call
// against 3.2 ms (50 parts, Node 24, 2 cores, fetch alone 0.8 ms).
type VendorModel = ReturnType<ReturnType<typeof createOpenAI>["chat"]>;
type VendorOptions = Parameters<VendorModel["doStream"]>[0];
type VendorStream = Awaited<ReturnType<VendorModel["doStream"]>>["stream"];
type VendorPart = VendorStream extends ReadableStream<infer Part> ? Part : never;
type VendorFinish = Extract<VendorPart, { type: "finish" }>;

/** Longest answer taken, beyond which a server is not stopping: a token is rarely over 16 characters. */
const MAX_CHARACTERS_PER_TOKEN = 32;
const SPARE_CHARACTERS = 16_384;
/** How long a server may keep the connection open after its finish before we close it. */
const LINGER_MS = 1_000;

/**
 * OpenAI, Anthropic and every OpenAI-compatible server, through the AI SDK's providers.
 *
 * Limits: text and tools only. Reasoning is turned off where a model allows it, because the port does not carry reasoning
 * back in a later call; reasoning text is dropped. OpenAI is spoken to by Chat Completions.
 */
export function createAiSdkModel(options: AiSdkOptions): Model {
  const vendor = createVendorModel(options);
  return {
    id: options.modelId,
    provider: options.wire,
    handling: options.handling,
    priceMicroUsdPerMillion: options.priceMicroUsdPerMillion,
    stream: (request) => streamParts(vendor, options, request),
  };
}

function createVendorModel(options: AiSdkOptions): VendorModel {
  const shared = { fetch: guardedFetch, baseURL: options.baseUrl };
  if (options.wire === "anthropic") return createAnthropic({ ...shared, apiKey: options.apiKey ?? "none" })(options.modelId);
  if (options.wire === "openai") return createOpenAI({ ...shared, apiKey: options.apiKey ?? "none" }).chat(options.modelId);
  const key = options.apiKey === undefined ? {} : { apiKey: options.apiKey };
  return createOpenAICompatible({ ...shared, ...key, name: "compatible", includeUsage: true }).chatModel(options.modelId);
}

/** A redirect could carry a prompt out of the house, so none is followed; a page instead of a stream is named as such. */
const guardedFetch: typeof fetch = async (url, init) => {
  const response = await fetch(url, { ...init, redirect: "manual" });
  const type = response.headers.get("content-type") ?? "";
  if (!response.ok || !/^(text\/html|application\/json)/i.test(type)) return response;
  await response.body?.cancel();
  throw modelInvalidAnswer({ details: { contentType: type } });
};

async function* streamParts(vendor: VendorModel, options: AiSdkOptions, request: ModelRequest): AsyncGenerator<ModelPart> {
  const closing = new AbortController();
  const received: Received = { text: "", hasToolCalls: false, characters: 0 };
  let isFinished = false;
  let linger: NodeJS.Timeout | undefined;
  try {
    request.signal.throwIfAborted();
    const call = vendorOptions(options, request, AbortSignal.any([request.signal, closing.signal]));
    const { stream } = await vendor.doStream(call);
    for await (const part of stream) {
      if (isFinished) continue;
      const ours = toPart(part, request, received);
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

function toPart(part: VendorPart, request: ModelRequest, received: Received): ModelPart | null {
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
      return { kind: "finish", reason: finishReason(part, received), usage: usageOf(part.usage, request, received) };
    case "error":
      throw part.error;
    default:
      return null;
  }
}

function count(delta: string, request: ModelRequest, received: Received): void {
  received.characters += delta.length;
  if (received.characters > request.maxOutputTokens * MAX_CHARACTERS_PER_TOKEN + SPARE_CHARACTERS)
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
  if (reason === "interrupted" || reason === "error") throw modelUnavailable({ cause: new Error(`The stream ended as ${reason}.`) });
  if (reason === "length") return "length";
  if (received.hasToolCalls) return "tool_calls";
  return reason === "stop" ? "stop" : "other";
}

function usageOf(usage: VendorFinish["usage"], request: ModelRequest, received: Received): ModelUsage {
  const prompt = plausible(usage.inputTokens.total);
  const completion = plausible(usage.outputTokens.total);
  const read = plausible(usage.inputTokens.cacheRead);
  const written = plausible(usage.inputTokens.cacheWrite);
  if (prompt === null || completion === null) return estimatedUsage(request, received);
  return { promptTokens: prompt, completionTokens: completion, isEstimated: false, ...(read ? { cacheReadTokens: read } : {}), ...(written ? { cacheWriteTokens: written } : {}) };
}

/** A count a provider can have meant; 0 stands for "not said" in several servers. */
function plausible(tokens: number | undefined): number | null {
  return tokens !== undefined && Number.isSafeInteger(tokens) && tokens > 0 ? tokens : null;
}

function estimatedUsage(request: ModelRequest, received: Received): ModelUsage {
  return { promptTokens: estimatePromptTokens(request.messages, request.tools), completionTokens: Math.max(estimateTokens(received.text), Math.ceil(received.characters / 3)), isEstimated: true };
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
    return modelErrorFrom({ status, body: thrown.data ?? thrown.responseBody, message: thrown.message, headers: thrown.responseHeaders ?? {} }, details);
  }
  if (InvalidResponseDataError.isInstance(thrown) && /finish reason/.test(thrown.message)) return modelUnavailable({ details, cause: new Error(thrown.message) });
  if (JSONParseError.isInstance(thrown) || TypeValidationError.isInstance(thrown) || InvalidResponseDataError.isInstance(thrown)) return modelInvalidAnswer({ details });
  return modelErrorFrom({ status: null, body: thrown, message: thrown instanceof Error ? messageOf(thrown) : "", headers: {} }, details);
}

function vendorOptions(options: AiSdkOptions, request: ModelRequest, abortSignal: AbortSignal): VendorOptions {
  // Models that think before they answer would spend the output limit on it; older ones do not know the setting.
  const isThinking = options.wire === "anthropic" || (options.wire === "openai" && /^gpt-([5-9]|\d\d)(?!.*-chat)/.test(options.modelId));
  return {
    prompt: request.messages.filter((message) => message.role !== "assistant" || message.text !== "" || message.toolCalls?.length).map(vendorMessage),
    maxOutputTokens: request.maxOutputTokens,
    temperature: request.temperature,
    abortSignal,
    ...(isThinking ? { reasoning: "none" } : {}),
    ...(request.tools.length > 0 ? { tools: request.tools.map(vendorTool) } : {}),
    ...(request.idempotencyKey === undefined ? {} : { headers: { "Idempotency-Key": request.idempotencyKey } }),
  };
}

function vendorMessage(message: ModelMessage): VendorOptions["prompt"][number] {
  if (message.role === "system") return { role: "system", content: message.text };
  if (message.role === "user") return { role: "user", content: [{ type: "text", text: message.text }] };
  if (message.role === "tool") return { role: "tool", content: [{ type: "tool-result", toolCallId: message.callId, toolName: message.toolName, output: { type: "text", value: message.text } }] };
  const calls = (message.toolCalls ?? []).map((call) => ({ type: "tool-call" as const, toolCallId: call.callId, toolName: call.toolName, input: asObject(call.arguments) }));
  return { role: "assistant", content: [...(message.text === "" ? [] : [{ type: "text" as const, text: message.text }]), ...calls] };
}

/** Providers take objects only; anything else goes back to the model as what it wrote. */
function asObject(value: unknown): object {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? value : { unreadable: value };
}

function vendorTool(tool: ModelTool): NonNullable<VendorOptions["tools"]>[number] {
  const schema = tool.inputSchema;
  if (!isObjectSchema(schema)) throw new RangeError(`the input schema of tool ${tool.name} must have the type object`);
  return { type: "function", name: tool.name, description: tool.description, inputSchema: schema };
}

function isObjectSchema(schema: Record<string, unknown>): schema is Record<string, unknown> & JSONSchema7 {
  return schema["type"] === "object";
}
