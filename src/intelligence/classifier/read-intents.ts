import type { Understanding } from "../understander.ts";
import type { Reading } from "./intent-model.ts";

type Intents = Understanding["intents"];

/** A clause is shorter than a message and read without its context, so it must be surer to count on its own. */
const CLAUSE_FROM = 0.6;
const MOST_INTENTS = 4;

const rounded = (confidence: number): number => Math.round(confidence * 1000) / 1000;

/**
 * The intents of a message, out of what was read in the whole of it and in each of its clauses (none when it has but one). A
 * clause counts only when it is sure. The guess for the whole stays the first, unless it is less sure than a
 * clause must be and at least two clauses are sure of other intents: then it was a mixture of them. A model that was trained for several intents reads them from the whole.
 */
export function readIntents(whole: Reading, clauses: readonly Reading[], from: number): Intents {
  if (whole.labels !== null) return whole.labels.map(({ name, confidence }) => ({ name, confidence: rounded(confidence) }));
  const best = new Map<string, number>();
  for (const { guess } of clauses) {
    if (guess !== null && guess.confidence >= Math.max(from, CLAUSE_FROM)) best.set(guess.name, Math.max(best.get(guess.name) ?? 0, guess.confidence));
  }
  const first = whole.guess;
  const isFirst = first !== null && first.confidence >= from && (best.size < 2 || best.has(first.name) || first.confidence >= CLAUSE_FROM);
  const ceiling = isFirst ? Math.max(best.get(first.name) ?? 0, first.confidence) : 1;
  const others = [...best].filter(([name]) => !isFirst || name !== first.name).map(([name, confidence]) => ({ name, confidence: Math.min(confidence, ceiling) }));
  const all = isFirst ? [{ name: first.name, confidence: ceiling }, ...others] : others;
  return all
    .toSorted((one, other) => other.confidence - one.confidence)
    .slice(0, MOST_INTENTS)
    .map(({ name, confidence }) => ({ name, confidence: rounded(confidence) }));
}
