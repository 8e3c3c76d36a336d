import { rankPassages } from "../rank-passages.ts";
import type { Passage } from "../retrieve.ts";

/**
 * Puts what the index found into a better order, by looking at question and passage together.
 *
 * Shapes: `passages` best first, at most 50; returns the same passages, each once, best first, with scores of its own (higher is
 * better, comparable within one answer). `question`: the asker's words, with those carried from earlier messages.
 * Errors: what it throws is the search's failure; one that can do without throws nothing and returns the order it was given.
 * Replay: not needed; the ids of what was found are journaled.
 */
export type Reranker = { readonly id: string; rerank(input: { question: string; passages: readonly Passage[]; signal: AbortSignal }): Promise<Passage[]> };

/** By words alone: titles and headings that are asked for in full, and documents of which more was found. */
export const lexicalReranker: Reranker = {
  id: "built-in/lexical",
  rerank: async ({ question, passages }) => rankPassages(question, passages),
};
