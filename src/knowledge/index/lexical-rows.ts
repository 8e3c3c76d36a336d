import { BM25 } from "../search-index.ts";
import type { Scored } from "./fuse-ranks.ts";
import { hasRow } from "./segments/bit-mask.ts";
import type { QueryTerm } from "./query-terms.ts";
import type { Scratch } from "./scratch.ts";
import type { Segment } from "./segments/segment.ts";
import { numberOf } from "./segments/string-table.ts";
import { topRows } from "./top-rows.ts";

/** Of the whole tenant. */
export type Corpus = { rows: number; totalLength: number };

/**
 * The rows of a segment that hold the query's terms best, out of those in `mask`: BM25, every posting counted.
 *
 * Shapes: best first, equal scores by row. Source: see `BM25`.
 */
export function lexicalRows(scratch: Scratch, segment: Segment, mask: Uint32Array, terms: readonly QueryTerm[], corpus: Corpus, limit: number): Scored[] {
  const { k1, b } = BM25;
  const scores = scratch.scores(segment.rows);
  const touched = scratch.touched(segment.rows);
  const { postingRows, postingWeights, lengths } = segment;
  const plain = k1 * (1 - b);
  const perWord = (k1 * b * corpus.rows) / Math.max(1, corpus.totalLength);
  let count = 0;
  for (const { term, count: holders } of terms) {
    const number = numberOf(segment.terms, term);
    if (number < 0) continue;
    const idf = idfOf(corpus.rows, holders) * (k1 + 1);
    const end = segment.postingStarts[number + 1] ?? 0;
    for (let at = segment.postingStarts[number] ?? 0; at < end; at += 1) {
      const row = postingRows[at] ?? 0;
      if (!hasRow(mask, row)) continue;
      const before = scores[row] ?? 0;
      if (before === 0) {
        touched[count] = row;
        count += 1;
      }
      const weight = (postingWeights[at] ?? 0) / 2;
      scores[row] = before + (idf * weight) / (weight + plain + perWord * (lengths[row] ?? 0));
    }
  }
  const best = topRows(count, limit, (index) => touched[index] ?? 0, (index) => scores[touched[index] ?? 0] ?? 0);
  for (let index = 0; index < count; index += 1) scores[touched[index] ?? 0] = 0;
  return best;
}

export function idfOf(rows: number, holders: number): number {
  return Math.max(BM25.leastIdf, Math.log((rows - holders + 0.5) / (holders + 0.5)));
}

/** How many rows of the segment hold the term. */
export function holdersIn(segment: Segment, term: string): number {
  const number = numberOf(segment.terms, term);
  return number < 0 ? 0 : (segment.postingStarts[number + 1] ?? 0) - (segment.postingStarts[number] ?? 0);
}
