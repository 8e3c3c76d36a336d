import type { FeatureCounts } from "./count-features.ts";

/** Which hashed features a model knows, and how rare each is. `rows[i]` is the hash of row i, `idf[i]` its weight. */
export type Vocabulary = { rows: Uint32Array; idf: Float32Array };

/** A sparse vector: `rows` of the vocabulary and their values; each group (words, characters) has unit length times its weight. */
export type SparseVector = { rows: Int32Array; values: Float32Array };

/** Shares of a text's distinct word and character features that the vocabulary knows, 0..1. */
export type Encoded = SparseVector & { coverage: number; characterCoverage: number };

const WORD_WEIGHT = 1;
const CHARACTER_WEIGHT = 1;

/** Learns the vocabulary; a feature must occur in `leastTexts` texts to count. */
export function learnVocabulary(texts: readonly FeatureCounts[], leastTexts: number): Vocabulary {
  const occurrences = new Map<number, number>();
  for (const { words, characters } of texts) {
    for (const key of words.keys()) occurrences.set(key, (occurrences.get(key) ?? 0) + 1);
    for (const key of characters.keys()) occurrences.set(key, (occurrences.get(key) ?? 0) + 1);
  }
  const kept = [...occurrences].filter(([, texts]) => texts >= leastTexts);
  const rows = new Uint32Array(kept.length);
  const idf = new Float32Array(kept.length);
  kept.forEach(([key, inTexts], row) => {
    rows[row] = key;
    idf[row] = Math.log((1 + texts.length) / (1 + inTexts)) + 1;
  });
  return { rows, idf };
}

/** Turns counts into vectors over one vocabulary. The index is made once. */
export function createEncoder(vocabulary: Vocabulary): (counts: FeatureCounts) => Encoded {
  const index = new Map<number, number>();
  vocabulary.rows.forEach((key, row) => index.set(key, row));
  return ({ words, characters }) => {
    const rows: number[] = [];
    const values: number[] = [];
    const addGroup = (counts: Map<number, number>, weight: number): number => {
      const first = rows.length;
      let squares = 0;
      for (const [key, times] of counts) {
        const row = index.get(key);
        if (row === undefined) continue;
        const value = (1 + Math.log(times)) * (vocabulary.idf[row] ?? 0);
        rows.push(row);
        values.push(value);
        squares += value * value;
      }
      const scale = squares === 0 ? 0 : weight / Math.sqrt(squares);
      for (let i = first; i < values.length; i += 1) values[i] = (values[i] ?? 0) * scale;
      return rows.length - first;
    };
    const known = addGroup(words, WORD_WEIGHT);
    const knownCharacters = addGroup(characters, CHARACTER_WEIGHT);
    return { rows: Int32Array.from(rows), values: Float32Array.from(values), coverage: words.size === 0 ? 0 : known / words.size, characterCoverage: characters.size === 0 ? 0 : knownCharacters / characters.size };
  };
}
