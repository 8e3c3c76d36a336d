import type { CallContext } from "./call-context.ts";

/**
 * The port to a language model. Everything that calls one (agents, understanding, judges, the gateway) sees this type,
 * and everything that stands around a call (timeout, retry, budget, cache, route, redaction, trace) is a wrapper that
 * takes a `Model` and gives a `Model`.
 */

export type ModelMessage =
  | { role: "system"; text: string }
  | { role: "user"; text: string; images?: ModelImage[] }
  | { role: "assistant"; text: string; toolCalls?: ModelToolCall[] }
  /** The result of one call; follows the assistant message that asked for it. Every call asked must be answered. */
  | { role: "tool"; callId: string; toolName: string; text: string };

/** A picture beside a text. `mediaType` as `image/png`; `bytes` the file as it is. */
export type ModelImage = { mediaType: string; bytes: Uint8Array };

/** `inputSchema` is a JSON Schema of type `object`. */
export type ModelTool = { name: string; description: string; inputSchema: Record<string, unknown> };

/** `arguments` is the parsed JSON; when the model wrote something that is not JSON, the raw text. Not checked against the schema. */
export type ModelToolCall = { callId: string; toolName: string; arguments: unknown };

/** Tokens of one call. `isEstimated`: the provider gave no usable figure and we counted. Cache figures are a part of `promptTokens`. */
export type ModelUsage = {
  promptTokens: number;
  completionTokens: number;
  isEstimated: boolean;
  cacheReadTokens?: number;
  cacheWriteTokens?: number;
};

/** `required`: some tool must be called; `none`: no tool may be. Without it the model is free (`auto`). */
export type ModelToolChoice = "auto" | "none" | "required" | { tool: string };

export type ModelRequest = {
  /** On whose behalf; for the wrappers. */
  context: CallContext;
  messages: ModelMessage[];
  tools: ModelTool[];
  toolChoice?: ModelToolChoice;
  /** JSON Schema of a structured answer: the texts together are then one JSON document. Not with `tools`. Checked and repaired by `wrapStructured`, not by an adapter. */
  answerSchema?: Record<string, unknown>;
  maxOutputTokens: number;
  /** 0..2; ignored by models that take none. */
  temperature: number;
  topP?: number;
  stopSequences?: string[];
  seed?: number;
  /** Aborting ends the call and closes the connection; the stream then throws `models.cancelled`. */
  signal: AbortSignal;
  /** Handed to the provider as `Idempotency-Key`; the same on every repeat of one journaled step. */
  idempotencyKey?: string;
  /** Told of every character that comes of the answer, also of what is not handed on (thinking): for whoever counts what is paid for. */
  onReceived?(characters: number): void;
};

export type ModelPart =
  | { kind: "text"; text: string }
  | { kind: "tool_call"; call: ModelToolCall }
  /** `served` is set by what chooses among models; without it the answer is the called model's own. */
  | { kind: "finish"; reason: ModelFinishReason; usage: ModelUsage; served?: ModelServed };

/** Who answered in the end, and for how much: behind a route that is not known before. `costMicroUsd` null: the price is unknown. */
export type ModelServed = { /** Of the inventory, where it has one. */ name?: string; modelId: string; provider: string; costMicroUsd: number | null; /** The answer came out of the cache. */ cached?: "exact" | "semantic"; /** Why this one was asked: the route's reason, or the cache. */ reason?: string };

/** `length`: cut at `maxOutputTokens`. `other`: the provider stopped it (content filter) or gave a reason we do not know. */
export type ModelFinishReason = "stop" | "length" | "tool_calls" | "other";

/** Micro-USD per million tokens (1 USD per million = 1_000_000). A missing cache price means: as an uncached prompt. */
export type ModelPrice = {
  prompt: number;
  completion: number;
  cacheRead?: number;
  cacheWrite?: number;
  /** Rates for the whole call once its prompt has more than `overTokens` tokens. */
  longPrompt?: { overTokens: number; prompt: number; completion: number; cacheRead?: number; cacheWrite?: number };
};

/** `inside`: the text stays in the house; `contract`: it goes to a provider under a contract about data; `public`: to anybody else. */
export type ModelHandling = "inside" | "contract" | "public";

/**
 * One model behind one provider.
 *
 * Shapes: `stream` yields texts (never empty) and whole tool calls in the order the model wrote them, then exactly one
 *   `finish`, then ends. With tool calls the reason is `tool_calls`, whatever the provider says, unless it was cut (`length`).
 * Units: tokens; `priceMicroUsdPerMillion` in micro-USD per million tokens, null when unknown (a cost is then null too).
 * Errors: only those of `models.errors.ts`. A stream that ends without its finish throws `models.unavailable`.
 *   Errors that came after output carry what was used until then in `details.usage`.
 * Retry: one call of `stream` sends one request; nothing is retried in here. Before the first part a repeat is harmless;
 *   after it, the caller must withdraw what it has shown.
 * Replay: costly and random; call it inside a journaled step and nowhere else.
 * Leaving the loop early (`break`, `return`) closes the connection.
 */
export type Model = {
  /** Its name in the inventory of `models.yaml`; without one, the id is its name. */
  name?: string;
  /** The provider's name of the model, as `gpt-6.1-terra`. */
  id: string;
  /** As in OpenTelemetry's `gen_ai.provider.name`: `openai`, `anthropic`, `openai-compatible`. */
  provider: string;
  /** Where the text of a request ends. Redaction and data rules hang on it. */
  handling: ModelHandling;
  priceMicroUsdPerMillion: ModelPrice | null;
  stream(request: ModelRequest): AsyncIterable<ModelPart>;
};
