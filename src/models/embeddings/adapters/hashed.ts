import { normalise, type Embedder } from "../embedder.ts";

const WORD = /[\p{L}\p{N}\p{M}]+/gu;
const LONGEST_TEXT = 20_000;
const LONGEST_WORD = 40;
/** A whole word counts as much as this many of its pieces. */
const WHOLE = 3;
const PIECE = 3;

/**
 * Vectors without a model: words and their three-letter pieces, each hashed to one dimension with a sign of its own.
 *
 * Knows spelling, not meaning: "deliver" is near "delivery" and "delivry", far from "ship". For machines without weights, and for
 * tests. Limits: reads the first 20,000 characters; any language with letters.
 * Replay: pure and the same on every machine; `signal` is not looked at.
 * Source: Weinberger et al., Feature Hashing for Large Scale Multitask Learning, 2009.
 */
export function createHashedEmbedder({ dimensions = 384 }: { dimensions?: number } = {}): Embedder {
  return { id: `hashed/${dimensions}`, dimensions, handling: "inside", embed: async (texts) => texts.map((text) => hashText(text, dimensions)) };
}

function hashText(text: string, dimensions: number): Float32Array {
  const counts = new Map<string, number>();
  for (const [found] of text.slice(0, LONGEST_TEXT).toLowerCase().normalize("NFKC").matchAll(WORD)) {
    const word = `<${found.slice(0, LONGEST_WORD)}>`;
    counts.set(word, (counts.get(word) ?? 0) + WHOLE);
    for (let at = 0; at + PIECE <= word.length; at += 1) counts.set(word.slice(at, at + PIECE), (counts.get(word.slice(at, at + PIECE)) ?? 0) + 1);
  }
  const vector = new Float32Array(dimensions);
  for (const [piece, count] of counts) {
    const hash = hashOf(piece);
    const place = (hash >>> 1) % dimensions;
    vector[place] = (vector[place] ?? 0) + (hash & 1 ? 1 : -1) * Math.log2(1 + count);
  }
  return normalise(vector);
}

/** FNV-1a over UTF-16 units, with a last mix so that the low bits depend on all. */
function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < text.length; at += 1) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d);
  return (hash ^ (hash >>> 12)) >>> 0;
}
