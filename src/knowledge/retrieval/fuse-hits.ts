import type { FoundChunk, Hit } from "../search-index.ts";

/** What one part of the question found, and how much that counts. */
export type FoundByPart = { weight: number; hits: readonly Hit[] };

export type FusedHit = { chunk: FoundChunk; score: number };

/** What the nearest in meaning counts beside the best match by words, which counts 1; on the development half of `mtrag_un` .25 to 1 do nearly as well. */
const MEANING = 0.5;

/** `cosine` null: not among the nearest. */
type Gathered = { chunk: FoundChunk; words: number; cosine: number | null };

/**
 * The hits of several searches of one index as one list, best first, ties in the order they were found.
 *
 * By words: BM25 scores are added by weight, which is the same as one search for all words with a weight each. By meaning: the
 * cosine, from 0 at the farthest of those found to 1 at the nearest. Where there is no vector the score is BM25 itself. Replay: pure.
 */
export function fuseHits(parts: readonly FoundByPart[]): FusedHit[] {
  const gathered = new Map<string, Gathered>();
  for (const { weight, hits } of parts) {
    for (const hit of hits) {
      const known = gathered.get(hit.chunk.chunkId) ?? { chunk: hit.chunk, words: 0, cosine: null };
      known.words += weight * (hit.lexical?.score ?? 0);
      if (hit.vector !== null) known.cosine = hit.vector.score;
      gathered.set(hit.chunk.chunkId, known);
    }
  }
  const all = [...gathered.values()];
  const meaning = meaningScale(all);
  const bestWords = Math.max(0, ...all.map(({ words }) => words));
  const scored = all.map(({ chunk, words, cosine }) => ({ chunk, score: meaning === null ? words : words / Math.max(bestWords, 1e-9) + MEANING * meaning(cosine) }));
  return scored.sort((left, right) => right.score - left.score);
}

/** Cosines to 0..1; null when nothing was found by meaning. */
function meaningScale(all: readonly Gathered[]): ((cosine: number | null) => number) | null {
  const cosines = all.flatMap(({ cosine }) => (cosine === null ? [] : [cosine]));
  if (cosines.length === 0) return null;
  const farthest = Math.min(...cosines);
  const span = Math.max(1e-6, Math.max(...cosines) - farthest);
  return (cosine) => (cosine === null ? 0 : (cosine - farthest) / span);
}
