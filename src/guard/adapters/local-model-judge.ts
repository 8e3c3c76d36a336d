import { splitSentences } from "../../lib/split-sentences.ts";
import type { Embedder } from "../../models/embeddings/embedder.ts";
import type { GroundingInput, GroundingJudge, GroundingVerdict, SentenceVerdict } from "../groundedness.ts";
import { createBuiltInGroundingJudge, isOnlyInOtherWords } from "./built-in-judge.ts";

/** `embedder`: in the house; one outside would be shown what people wrote. */
export type LocalModelJudgeOptions = { embedder: Embedder };

/** A claim in other words means what a sentence of the evidence means from this cosine on; chosen on the development part of mtrag_human_eval with all-MiniLM-L6-v2. */
export const MEANS_THE_SAME_FROM = 0.8;
const MOST_EVIDENCE_SENTENCES = 300;
const TIMEOUT_MS = 8_000;

/**
 * The judge that reads meanings by an embedding model, after the built-in one. It may support a claim that is in other words
 * only; what is missing, denied or contradicted stays refused, since near meanings hide a "not" and a figure.
 *
 * Units: 300 sentences of evidence, 8 s; after that the built-in verdict stands, and `failure` says so. Replay: inside a durable step only.
 */
export function createLocalModelJudge({ embedder }: LocalModelJudgeOptions): GroundingJudge {
  const builtIn = createBuiltInGroundingJudge();
  return {
    id: `local/${embedder.id}`, kind: "local",
    async judge(input) {
      const first = builtIn.judge(input);
      const open = first.sentences.filter(isOnlyInOtherWords);
      const { call } = input;
      if (open.length === 0 || call === undefined) return first;
      const late = AbortSignal.timeout(TIMEOUT_MS);
      try {
        return withMeaning(first, await nearest(embedder, open.map(({ sentence }) => sentence), { ...input, call }, late));
      } catch (thrown) {
        if (!late.aborted || input.signal?.aborted === true) throw thrown;
        return { ...first, failure: "guard.judge_too_slow" };
      }
    },
  };
}

/** The best cosine of each claim with a sentence of the evidence. */
async function nearest(embedder: Embedder, claims: readonly string[], input: GroundingInput & { call: NonNullable<GroundingInput["call"]> }, late: AbortSignal): Promise<ReadonlyMap<string, number>> {
  const sentences = [...new Set([...input.passages, ...input.facts, ...input.told].flatMap((text) => splitSentences(text).map((sentence) => sentence.text)))].slice(0, MOST_EVIDENCE_SENTENCES);
  const signal = input.signal === undefined ? late : AbortSignal.any([late, input.signal]);
  const [asked, known] = [await embedder.embed(claims, "passage", signal, { ...input.call, purpose: "judge" }), await embedder.embed(sentences, "passage", signal, { ...input.call, purpose: "judge" })];
  return new Map(claims.map((claim, at) => [claim, Math.max(0, ...known.map((vector) => cosine(asked[at], vector)))]));
}

function cosine(one: Float32Array | undefined, other: Float32Array): number {
  return one === undefined ? 0 : one.reduce((sum, value, at) => sum + value * (other[at] ?? 0), 0);
}

function withMeaning(first: GroundingVerdict, near: ReadonlyMap<string, number>): GroundingVerdict {
  const sentences = first.sentences.map((verdict): SentenceVerdict => {
    const cosineOf = isOnlyInOtherWords(verdict) ? (near.get(verdict.sentence) ?? 0) : 0;
    return cosineOf < MEANS_THE_SAME_FROM ? verdict : { ...verdict, support: Math.max(verdict.support, Math.round(cosineOf * 1000) / 1000), isSupported: true, reason: `means what the evidence says (${cosineOf.toFixed(2)})` };
  });
  return { ...first, isGrounded: sentences.every(({ isSupported }) => isSupported), sentences };
}
