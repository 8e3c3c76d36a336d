import type { CallContext } from "../../models/call-context.ts";
import { analysePassage } from "../passage-units.ts";
import { analyseQuestion } from "../question.ts";
import { rankPassages } from "../rank-passages.ts";
import type { Passage } from "../retrieve.ts";
import { scoreUnits, weighTerms } from "../score-units.ts";

/**
 * Puts what the index found into a better order, by looking at question and passage together.
 *
 * Shapes: `passages` best first, at most 50; returns the same passages, each once, best first, with scores of its own (higher is
 * better, comparable within one answer). `question`: the asker's words, with those carried from earlier messages. `call`: on whose behalf
 *   a model is asked, and what the question holds; without it anything.
 * Errors: what it throws is the search's failure; one that can do without throws nothing and returns the order it was given.
 * Replay: not needed; the ids of what was found are journaled.
 */
export type Reranker = { readonly id: string; rerank(input: RerankInput): Promise<Passage[]> };

export type RerankInput = { tenantId: string; audiences: readonly string[]; call: Partial<CallContext>; question: string; passages: readonly Passage[]; signal: AbortSignal };

/** What the best sentence of a passage adds to a first score of 1; chosen on the development halves of `mtrag_un` and `dstc9_faq`. */
const SENTENCE = 0.4;

/**
 * By words alone: titles and headings that are asked for in full, documents of which more was found, and how well the best
 * sentence covers what was asked, each word as telling as it is among these passages.
 */
export const lexicalReranker: Reranker = {
  id: "built-in/lexical",
  rerank: async ({ question, passages }) => rankBySentence(question, rankPassages(question, passages)),
};

function rankBySentence(question: string, passages: readonly Passage[]): Passage[] {
  const first = passages[0]?.score ?? 0;
  if (first <= 0) return [...passages];
  const asked = analyseQuestion(question);
  const analyses = passages.map(analysePassage);
  const best = new Map<number, number>();
  for (const unit of scoreUnits(asked, weighTerms(asked, analyses), analyses)) if (!best.has(unit.passage)) best.set(unit.passage, unit.score);
  return passages.map((passage, place) => ({ ...passage, score: passage.score / first + SENTENCE * (best.get(place) ?? 0) })).sort((left, right) => right.score - left.score);
}
