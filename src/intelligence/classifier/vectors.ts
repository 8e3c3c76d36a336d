import type { Encoded } from "../../lib/text-features/encode-features.ts";

/** Of the meaning, and of words and characters beside it; chosen on a held-back part of banking77; that it was another than the reported one is not recorded. */
const MEANING_WEIGHT = 2;
const BESIDE_MEANING = 0.7;

/** The vector of a text by its meaning (length 1, from an embedding model) put behind what its words and characters say, with a weight of its own. */
export function withMeaning(encoded: Encoded, meaning: Float32Array, firstRow: number): Encoded {
  const sparse = encoded.rows.length;
  const rows = new Int32Array(sparse + meaning.length);
  const values = new Float32Array(sparse + meaning.length);
  rows.set(encoded.rows);
  for (let at = 0; at < sparse; at += 1) values[at] = (encoded.values[at] ?? 0) * BESIDE_MEANING;
  for (let at = 0; at < meaning.length; at += 1) {
    rows[sparse + at] = firstRow + at;
    values[sparse + at] = (meaning[at] ?? 0) * MEANING_WEIGHT;
  }
  return { rows, values, coverage: encoded.coverage, characterCoverage: encoded.characterCoverage };
}
