import type { IndexChunk } from "../../src/knowledge/search-index.ts";
import { seededRandom, type Random } from "../torture/random.ts";

/**
 * Made-up knowledge with the shape of real one: words follow Zipf's law, and vectors lie in topics within subjects, a few dimensions saying more
 * than the rest. Rights go by document (five chunks). The same seed gives the same corpus.
 */
export type Corpus = { chunks: readonly IndexChunk[]; vectors: Float32Array; dimensions: number; ask(number: number): Question };

/** `target`: the chunk the question was made from; not necessarily the best one. */
export type Question = { query: string; vector: Float32Array; target: number };

/** Who may see how much: each audience and its share of the documents. */
export const SHARES: Readonly<Record<string, number>> = { staff: 1, customer: 0.15, partner: 0.01, board: 0.001 };

const WORDS = 40_000;
/** The most frequent words of a language carry no meaning and are in no index: the list begins behind them. */
const FIRST_RANK = 20;
const SUBJECTS = 200;
const TOPICS = 4_000;
const CHUNKS_A_DOCUMENT = 5;
const TEXT_WORDS = { from: 60, to: 140 };
const QUERY_WORDS = { from: 4, to: 9 };

export function makeCorpus(options: { chunks: number; dimensions: number; seed: number }): Corpus {
  const random = seededRandom(options.seed);
  const space = makeSpace(options.dimensions, random.fork());
  const words = makeWords(random.fork());
  const vectors = new Float32Array(options.chunks * options.dimensions);
  const topicOf = new Uint16Array(options.chunks);
  const chunks: IndexChunk[] = [];
  let audiences: string[] = [];
  for (let number = 0; number < options.chunks; number += 1) {
    if (number % CHUNKS_A_DOCUMENT === 0) audiences = Object.entries(SHARES).flatMap(([audience, share]) => (share === 1 || random.chance(share) ? [audience] : []));
    const topic = Math.floor(TOPICS * random.between(0, 1) ** 1.5);
    topicOf[number] = topic;
    const vector = vectors.subarray(number * options.dimensions, (number + 1) * options.dimensions);
    vector.set(near(space, topic, 0.6, random));
    const text = Array.from({ length: Math.floor(random.between(TEXT_WORDS.from, TEXT_WORDS.to)) }, () => words.pick(topic)).join(" ");
    chunks.push({
      chunkId: `chunk_${number}`, documentId: `doc_${Math.floor(number / CHUNKS_A_DOCUMENT)}`, title: `${words.pick(topic)} ${words.pick(topic)}`, heading: words.pick(topic), text, startOffset: 0, audiences,
      language: "en", product: `product_${topic % 7}`, brand: null, updatedAtMs: number * 1_000, vector,
    });
  }
  return {
    chunks, vectors, dimensions: options.dimensions,
    ask(number) {
      const own = seededRandom(options.seed * 7_919 + number);
      const target = Math.floor(own.between(0, options.chunks));
      const held = (chunks[target]?.text ?? "").split(" ");
      const query = Array.from({ length: Math.floor(own.between(QUERY_WORDS.from, QUERY_WORDS.to)) }, () => held[Math.floor(own.between(0, held.length))]).join(" ");
      return { query, vector: near(space, topicOf[target] ?? 0, 0.7, own), target };
    },
  };
}

type Space = { topics: readonly Float32Array[]; spread: Float32Array };

function makeSpace(dimensions: number, random: Random): Space {
  const spread = Float32Array.from({ length: dimensions }, (_, at) => 1 / Math.sqrt(1 + at / 8));
  const cloud = (size: number) => spread.map((each) => each * size * gauss(random));
  const middle = cloud(0.5);
  const subjects = Array.from({ length: SUBJECTS }, () => plus(middle, cloud(1)));
  const topics = Array.from({ length: TOPICS }, (_, topic) => plus(subjects[topic % SUBJECTS] ?? middle, cloud(0.7)));
  return { topics, spread };
}

/** A vector of the topic. */
function near({ topics, spread }: Space, topic: number, noise: number, random: Random): Float32Array {
  return atLengthOne(plus(topics[topic] ?? spread, spread.map((each) => each * noise * gauss(random))));
}

/** Words by rank; a topic has its own words in the middle of the list, and takes one word in three from them. */
function makeWords(random: Random): { pick(topic: number): string } {
  const syllables = "ba ke li mo nu ra se ti vo zu pa de fi go hu ja ko le mi no".split(" ");
  const spell = (rank: number) => {
    let word = "";
    for (let rest = rank + 1; rest > 0; rest = Math.floor(rest / syllables.length)) word += syllables[rest % syllables.length];
    return `${word}x`;
  };
  const words = Array.from({ length: WORDS }, (_, rank) => spell(rank));
  // The inverse of Zipf's law (frequency 1 / rank), by its integral.
  const rankOf = (chance: number) => Math.floor(FIRST_RANK * ((WORDS + FIRST_RANK) / FIRST_RANK) ** chance) - FIRST_RANK;
  return { pick: (topic) => words[random.chance(1 / 3) ? 200 + ((topic * 37 + Math.floor(random.between(0, 60))) % (WORDS - 200)) : rankOf(random.between(0, 1))] ?? words[0] ?? "" };
}

function gauss(random: Random): number {
  return Math.sqrt(-2 * Math.log(1 - random.between(0, 1))) * Math.cos(2 * Math.PI * random.between(0, 1));
}

function plus(left: Float32Array, right: Float32Array): Float32Array {
  return left.map((value, at) => value + (right[at] ?? 0));
}

function atLengthOne(vector: Float32Array): Float32Array {
  const length = Math.sqrt(vector.reduce((sum, value) => sum + value * value, 0));
  return vector.map((value) => value / length);
}
