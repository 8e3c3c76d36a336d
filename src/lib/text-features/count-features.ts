/** Counts of hashed features: key is a 32-bit hash, value how often it occurs. Word and character features have hashes of their own. */
export type FeatureCounts = { words: Map<number, number>; characters: Map<number, number> };

/** Characters read of one text; what lies behind them is ignored, which keeps the cost of a message bounded. */
export const MAX_CHARACTERS = 8_000;

const WORD = /[\p{L}\p{N}]+(?:['’][\p{L}]+)?/gu;
const SHORTEST_GRAM = 2;
const LONGEST_GRAM = 5;
const PRIME = 0x01000193;

/** Lower case, compatibility forms and accents folded, every run of digits as `0`, so that two order numbers look the same. */
function foldText(text: string): string {
  const head = text.length > MAX_CHARACTERS ? text.slice(0, MAX_CHARACTERS) : text;
  const plain = /^[\x20-\x7e\s]*$/.test(head) ? head : head.normalize("NFKD").replace(/\p{M}+/gu, "").replace(/’/g, "'");
  return plain.toLowerCase().replace(/\d+/g, "0");
}

/** The words of a folded text, in order. */
function wordsOf(folded: string): string[] {
  return folded.match(WORD) ?? [];
}

function hashText(text: string, seed: number): number {
  let hash = seed;
  for (let i = 0; i < text.length; i += 1) hash = Math.imul(hash ^ text.charCodeAt(i), PRIME);
  return hash;
}

/** Spreads the bits of an FNV hash (the finalizer of MurmurHash3), so that near strings land far apart. */
function spread(hash: number): number {
  let mixed = hash ^ (hash >>> 16);
  mixed = Math.imul(mixed, 0x85ebca6b);
  mixed ^= mixed >>> 13;
  mixed = Math.imul(mixed, 0xc2b2ae35);
  return (mixed ^ (mixed >>> 16)) >>> 0;
}

function count(counts: Map<number, number>, hash: number): void {
  const key = spread(hash);
  counts.set(key, (counts.get(key) ?? 0) + 1);
}

/**
 * Word 1- and 2-grams, and character 2- to 5-grams inside words with their borders.
 *
 * Shapes: any text; returns two maps of hash to count, empty for a text without letters or digits.
 * Units: reads at most `MAX_CHARACTERS`.
 * Replay: pure.
 */
export function countFeatures(text: string): FeatureCounts {
  const words = new Map<number, number>();
  const characters = new Map<number, number>();
  let previous = "^";
  for (const word of wordsOf(foldText(text))) {
    count(words, hashText(word, 0x811c9dc5));
    count(words, hashText(`${previous} ${word}`, 0x2b1f9d37));
    previous = word;
    const padded = ` ${word} `;
    for (let start = 0; start + SHORTEST_GRAM <= padded.length; start += 1) {
      let hash = 0x5bd1e995;
      const end = Math.min(padded.length, start + LONGEST_GRAM);
      for (let i = start; i < end; i += 1) {
        hash = Math.imul(hash ^ padded.charCodeAt(i), PRIME);
        if (i - start + 1 >= SHORTEST_GRAM) count(characters, hash);
      }
    }
  }
  return { words, characters };
}
