import type { CallContext } from "../models/call-context.ts";

/**
 * What a reply is held against: `passages` of the knowledge shown to the model, `facts` (results of tools), and `told`: what AI or human has already said in this case, in any order.
 * `own`: the contact's words and record. Mail addresses, codes and names in them may be repeated; they prove no claim.
 */
export type GroundingInput = {
  reply: string; passages: readonly string[]; facts: readonly string[]; told: readonly string[]; own?: readonly string[];
  /** On whose behalf a model is asked; a judge that asks one and finds none here judges without it. */
  call?: CallContext;
  signal?: AbortSignal;
};

/** `support` 0..1, measured also where nothing is claimed; `isSupported` is the decision; `reason` is one line for the trace that quotes nothing but the sentence's own words. */
export type SentenceVerdict = { sentence: string; support: number; isSupported: boolean; reason: string };

/** What a model that was asked has used; `costMicroUsd` null: its price is not known. */
export type GroundingUsage = { model: string; promptTokens: number; completionTokens: number; costMicroUsd: number | null };

/** `isGrounded` when every sentence is supported. `score` 0..1 ranks whole replies by how faithful they are and decides nothing; 1 for an empty one. */
export type GroundingVerdict = { isGrounded: boolean; score: number; sentences: SentenceVerdict[]; usage?: GroundingUsage; /** Dotted code of why a model gave no verdict; the built-in judge's then stands. */ failure?: string };

/**
 * Judges whether a reply says only what is in front of it.
 *
 * Shapes: one verdict per sentence, in order. Greetings, questions and "I could not find that" claim nothing and are
 * supported, unless they carry a number, date, address or link that stands nowhere. Without passages and facts every claim is unsupported.
 * Units: an adapter states how much it reads; a reply that is longer is not grounded.
 * Throws: only what its vendor throws; the built-in judge never does.
 * Replay: pure for the built-in judge; any other is called inside a durable step.
 */
export type GroundingJudge = {
  id: string;
  /** `built-in` judges are pure; `local` ones read with a model in the house; what a `model` reads goes out redacted. */
  kind: "built-in" | "local" | "model";
  judge(input: GroundingInput): Promise<GroundingVerdict> | GroundingVerdict;
};
