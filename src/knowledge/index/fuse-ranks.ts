import type { HitPart } from "../search-index.ts";

/** A chunk by its place in the index. */
export type Scored = { place: number; score: number };

export type Fused = { place: number; score: number; lexical: HitPart | null; vector: HitPart | null };

/** Keeps the first places from counting for everything. */
const K = 60;

/**
 * One ranking out of two by the places of each chunk in both: the sum of 1 / (60 + rank).
 *
 * Shapes: both lists best first; equal sums keep the order of the words' ranking, then of the vectors'. Replay: pure.
 * Source: Cormack, Clarke and Büttcher, "Reciprocal Rank Fusion outperforms Condorcet", SIGIR 2009.
 */
export function fuseRanks(lexical: readonly Scored[], vector: readonly Scored[], limit: number): Fused[] {
  const found = new Map<number, Fused>();
  for (const [index, { place, score }] of lexical.entries()) found.set(place, { place, score: 1 / (K + index + 1), lexical: { rank: index + 1, score }, vector: null });
  for (const [index, { place, score }] of vector.entries()) {
    const known = found.get(place) ?? { place, score: 0, lexical: null, vector: null };
    found.set(place, { ...known, score: known.score + 1 / (K + index + 1), vector: { rank: index + 1, score } });
  }
  return [...found.values()].sort((left, right) => right.score - left.score).slice(0, limit);
}

/** The ranking by words alone, in the same shape. */
export function lexicalOnly(lexical: readonly Scored[], limit: number): Fused[] {
  return lexical.slice(0, limit).map(({ place, score }, index) => ({ place, score, lexical: { rank: index + 1, score }, vector: null }));
}
