import type { Corpus, Question } from "./corpus.ts";

/** Something that searches, held against ours: hybrid for the audience `customer`, ten numbers of chunks, best first. */
export type Peer = {
  name: string;
  /** How it was set up, in a line. */
  how: string;
  hybrid(question: Question): Promise<number[]>;
  nearest(question: Question): Promise<number[]>;
  close(): Promise<void>;
};

export const WANTED = 10;
export const AUDIENCE = "customer";

/** Of the ten really nearest chunks, the share that is found. */
export async function recallOf(search: (question: Question) => Promise<number[]>, questions: readonly Question[], truth: readonly (readonly number[])[]): Promise<number> {
  let found = 0;
  let wanted = 0;
  for (const [index, question] of questions.entries()) {
    const answer = await search(question);
    for (const number of truth[index] ?? []) {
      wanted += 1;
      if (answer.includes(number)) found += 1;
    }
  }
  return found / Math.max(1, wanted);
}

/** The nearest chunks that `audience` may see, by comparing all of them. */
export function exactNearest({ chunks, vectors, dimensions }: Corpus, vector: Float32Array, audience: string, limit: number): number[] {
  const scored: { number: number; score: number }[] = [];
  for (let number = 0; number < chunks.length; number += 1) {
    if (chunks[number]?.audiences.includes(audience) !== true) continue;
    let score = 0;
    for (let at = 0; at < dimensions; at += 1) score += (vectors[number * dimensions + at] ?? 0) * (vector[at] ?? 0);
    scored.push({ number, score });
  }
  return scored.sort((left, right) => right.score - left.score).slice(0, limit).map(({ number }) => number);
}

/** Tries settings, cheapest first, until one reaches the recall; else the last. */
export async function tuned(values: readonly number[], recall: (value: number) => Promise<number>): Promise<{ value: number; recall: number }> {
  let best = { value: values[0] ?? 0, recall: 0 };
  for (const value of values) {
    best = { value, recall: await recall(value) };
    if (best.recall >= 0.97) break;
  }
  return best;
}
