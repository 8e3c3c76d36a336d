import { COLUMN_WEIGHTS, type FoundChunk } from "../search-index.ts";
import { indexTerms } from "../terms.ts";

/** A chunk's terms with their occurrences weighed by column, and its length in words of all columns. Replay: pure. */
export function weighTerms(chunk: FoundChunk): { weights: Map<string, number>; length: number } {
  const weights = new Map<string, number>();
  let length = 0;
  for (const column of ["title", "heading", "text"] as const) {
    const terms = indexTerms(column === "text" && chunk.lead ? `${chunk.lead}\n${chunk.text}` : chunk[column]);
    length += terms.length;
    for (const term of terms) weights.set(term, (weights.get(term) ?? 0) + COLUMN_WEIGHTS[column]);
  }
  return { weights, length };
}
