import type { Followed } from "./wording.ts";

/** What a sentence adds to the rating of its reply. `weight`: its content words; `support` 0..1. */
export type RatedSentence = { weight: number; support: number; isQuestion: boolean; /** A claim about the writer's own life or view. */ isAboutWriter: boolean };

/** Five shares 0..1 of a reply: its claims' support, its words and neighbouring words that stand in the evidence, what only asks, what the writer says of itself. */
export type ReplySigns = { support: number; words: number; pairs: number; asks: number; ownView: number };

/**
 * Log-odds that people call a reply faithful. Fitted by `npm run prove -- grounding` on the development parts of
 * mtrag_human_eval, BEGIN and HaluEval (each set and label with the same weight, ridge 1), where a cross-validation
 * by passage gives the figures that count; no test part was used.
 */
export const RATING = { bias: -4.21, support: 3.44, words: 0.78, pairs: 3.26, asks: -2.19, ownView: -1.37 } as const;

const WRITER = /(?<![\p{L}'’])(?:i|me|my|mine|myself)(?!\p{L})/iu;

/** Whether a sentence speaks of its writer ("I love it", "in my view"), in English. */
export function speaksOfWriter(sentence: string): boolean {
  return WRITER.test(sentence);
}

/** A reply without content words stands as it is. */
export function readSigns(sentences: readonly RatedSentence[], followed: Followed): ReplySigns {
  const total = sentences.reduce((sum, { weight }) => sum + weight, 0);
  const share = (isCounted: (sentence: RatedSentence) => boolean): number => {
    if (total === 0) return sentences.some(isCounted) ? 1 : 0;
    return sentences.filter(isCounted).reduce((sum, { weight }) => sum + weight, 0) / total;
  };
  return {
    support: total === 0 ? 1 : sentences.reduce((sum, { weight, support }) => sum + weight * support, 0) / total,
    words: followed.words, pairs: followed.pairs, asks: share(({ isQuestion }) => isQuestion), ownView: share(({ isAboutWriter }) => isAboutWriter),
  };
}

/** 0..1, how likely people call it faithful to what was shown. */
export function rateReply(signs: ReplySigns): number {
  const odds = RATING.bias + RATING.support * signs.support + RATING.words * signs.words + RATING.pairs * signs.pairs + RATING.asks * signs.asks + RATING.ownView * signs.ownView;
  return 1 / (1 + Math.exp(-odds));
}
