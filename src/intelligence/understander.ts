import type { CallContext } from "../models/call-context.ts";

/** One intent of a workspace and what people write when they mean it; the intent `out_of_scope` holds negatives. */
export type IntentExample = { name: string; examples: readonly string[]; /** In a sentence, for a language model. */ description?: string };

/** What a workspace calls an entity and the regular expression that finds it; the first group, if any, is the value. */
export type EntityPattern = { kind: string; pattern: string; /** How a found value is written in the workspace's own list, by the value in lower case. */ names?: ReadonlyMap<string, string> };

/**
 * A piece of the text that names something; `text.slice(start, end) === value`, in UTF-16 units. `normal` is the same in one form:
 * a date as `2026-11-21`, an amount as `12.50 EUR`, a product as the workspace's list has it; absent where that is not certain.
 */
export type Entity = { kind: string; value: string; start: number; end: number; normal?: string };

/** Why a person should look: a legal threat, danger to life or limb, a customer about to leave, a person in a weak position. */
export type RiskFlag = "legal" | "safety" | "churn" | "vulnerable";
export const RISK_FLAGS: readonly RiskFlag[] = ["legal", "safety", "churn", "vulnerable"];

export type SentimentLabel = "negative" | "neutral" | "positive";

/** One understander that was asked, in their order. `confidence`: in its first intent, 0 when it found none; `failure`: the dotted code of what went wrong. */
export type UnderstandStep = { by: string; confidence: number; failure?: string };

/** What a model that was asked has used; `costMicroUsd` null: its price is not known. */
export type UnderstandUsage = { model: string; promptTokens: number; completionTokens: number; costMicroUsd: number | null };

export type Understanding = {
  /** Best first, several when the message holds several, EMPTY when it fits none of the workspace's intents. */
  intents: { name: string; confidence: number }[];
  /** ISO 639-1 code, or `und` when nothing tells. */
  language: string;
  /** -1 (very negative) to 1 (very positive). */
  sentiment: { label: SentimentLabel; score: number };
  /** How far the contact's patience has gone over the conversation, 0 (calm) to 1 (given up). */
  frustration: number;
  /** 0 (can wait) to 1 (now). */
  urgency: number;
  risks: RiskFlag[];
  entities: Entity[];
  /** Who was asked, the one whose intents these are last; absent when one understander stands alone. */
  steps?: UnderstandStep[];
  /** Set when a language model was asked. */
  usage?: UnderstandUsage;
};

/**
 * `text` is the message to understand, `recent` what was said before it, oldest first, at most a few messages. Both go to a model
 * outside as they are, so they are redacted before. `call` says on whose behalf a model is asked.
 */
export type UnderstandInput = {
  text: string;
  recent: readonly { author: "contact" | "ai" | "human" | "system"; text: string }[];
  call: CallContext;
  signal?: AbortSignal;
};

/**
 * Reads one inbound message: what is wanted, in which language, how it is said and what it puts at risk.
 *
 * Shapes: any text, also empty, hostile or 1 MB long; `text` may hold placeholders such as `[EMAIL_1]`.
 * Units: confidence 0..1, calibrated: of the guesses at 0.8 about four in five are right.
 * Throws: only what its vendor throws (retryable by status); an adapter without a vendor never throws.
 * Replay: an adapter without a vendor is pure; any other is called inside a durable step.
 */
export type Understander = {
  /** Names the adapter and its model in traces and costs, as `built-in`. */
  id: string;
  understand(input: UnderstandInput): Promise<Understanding> | Understanding;
};
