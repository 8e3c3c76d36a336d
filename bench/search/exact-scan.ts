import { Worker } from "node:worker_threads";
import { fuseRanks } from "../../src/knowledge/index/fuse-ranks.ts";
import { RANKED_AT_LEAST } from "../../src/knowledge/search-index.ts";
import type { Corpus, Question } from "./corpus.ts";
import { AUDIENCE, WANTED, type Peer } from "./peer.ts";

/**
 * The plain exact scan: every permitted vector in 32-bit floats, in as many threads as there are cores; words by our own inverted
 * index, so that only the vectors differ.
 */
export function openExactScan(corpus: Corpus, threads: number, lexical: (question: Question, limit: number) => Promise<number[]>): Peer {
  const permitted = Uint32Array.from(corpus.chunks.flatMap((chunk, number) => (chunk.audiences.includes(AUDIENCE) ? [number] : [])));
  const vectors = new Float32Array(new SharedArrayBuffer(corpus.vectors.byteLength));
  vectors.set(corpus.vectors);
  const waiting = new Map<number, (numbers: number[]) => void>();
  const workers = Array.from({ length: threads }, () => new Worker(new URL("./exact-scan-thread.ts", import.meta.url), { workerData: { vectors, dimensions: corpus.dimensions, permitted }, execArgv: ["--disable-warning=ExperimentalWarning"] }));
  for (const worker of workers) {
    worker.on("message", ({ ask, numbers }: { ask: number; numbers: number[] }) => {
      waiting.get(ask)?.(numbers);
      waiting.delete(ask);
    });
  }
  let asked = 0;
  const nearest = (question: Question, limit: number) =>
    new Promise<number[]>((resolve) => {
      asked += 1;
      waiting.set(asked, resolve);
      workers[asked % workers.length]?.postMessage({ ask: asked, vector: question.vector, limit });
    });
  const ranked = (numbers: readonly number[]) => numbers.map((place) => ({ place, score: 0 }));
  return {
    name: "exact scan", how: `32-bit floats, ${threads} threads; recall 1`,
    nearest: (question) => nearest(question, WANTED),
    async hybrid(question) {
      const [words, near] = await Promise.all([lexical(question, RANKED_AT_LEAST), nearest(question, RANKED_AT_LEAST)]);
      return fuseRanks(ranked(words), ranked(near), WANTED).map(({ place }) => place);
    },
    async close() {
      await Promise.all(workers.map((worker) => worker.terminate()));
    },
  };
}
