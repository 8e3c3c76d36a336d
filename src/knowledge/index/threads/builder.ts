import type { IndexChunk } from "../../search-index.ts";
import { indexFull, indexUnavailable } from "../index.errors.ts";
import { startIndexThread, type IndexThread } from "./index-thread.ts";
import type { SegmentRef } from "../search-view.ts";
import type { ChunkBatch, FromBuilder, ToBuilder } from "./thread-messages.ts";
import { checkVector } from "../vectors/check-vector.ts";

/**
 * One change to make segments of. `allocate` and `free` give and take back places in the arena; `onDimensions` is told the
 * dimensions when the first vector comes.
 */
export type BuildOrder = {
  batches: AsyncIterable<readonly IndexChunk[]>;
  segments: readonly SegmentRef[];
  removedDocumentIds: readonly string[];
  dimensions: number | null;
  allocate(bytes: number): Promise<number | null>;
  free(base: number): void;
};

export type Built = { segments: readonly SegmentRef[]; dimensions: number | null };

/**
 * The thread that makes segments; started when there is something to make, stopped when there was nothing for two minutes.
 *
 * `build` throws `knowledge.vector_invalid`, `knowledge.index_full`, `knowledge.index_unavailable` (retryable: the thread died); nothing is left behind then.
 */
export type Builder = { build(order: BuildOrder): Promise<Built>; close(): Promise<void> };

/** Chunks in one message, and messages not yet worked through: what is copied in one go stays small. */
const BATCH_CHUNKS = 64;
const UNDER_WAY = 3;
const IDLE_MS = 120_000;

/** `answers`: what the thread said and nobody has taken yet; `wake` is called at the next. */
type Job = { answers: FromBuilder[]; wake: (() => void) | null; fault: string | null };

export function createBuilder(arena: WebAssembly.Memory, file = new URL("./build-thread.ts", import.meta.url)): Builder {
  const jobs = new Map<number, Job>();
  let thread: IndexThread<ToBuilder> | null = null;
  let number = 0;
  let idle: NodeJS.Timeout | null = null;

  const wakeAll = (fault: string): void => {
    for (const job of jobs.values()) {
      job.fault = fault;
      job.wake?.();
    }
  };
  const started = (): IndexThread<ToBuilder> => {
    thread ??= startIndexThread<ToBuilder, FromBuilder>(file, arena, {
      message(message) {
        const job = jobs.get(message.job);
        job?.answers.push(message);
        job?.wake?.();
      },
      dead(reason) {
        thread = null;
        wakeAll(reason);
      },
    });
    return thread;
  };
  const stop = async (): Promise<void> => {
    const stopped = thread;
    thread = null;
    await stopped?.stop();
  };

  return {
    async build(order) {
      number += 1;
      const id = number;
      const job: Job = { answers: [], wake: null, fault: null };
      jobs.set(id, job);
      if (idle !== null) clearTimeout(idle);
      const own = started();
      own.hold(true);
      let isDone = false;
      try {
        const built = await carryOut(own, id, job, order);
        isDone = true;
        return built;
      } finally {
        jobs.delete(id);
        if (!isDone && thread === own) own.post({ kind: "abandon", job: id });
        if (jobs.size === 0) {
          own.hold(false);
          // A stop never fails: the thread ends now or with the process.
          idle = setTimeout(() => void stop(), IDLE_MS).unref();
        }
      }
    },
    async close() {
      if (idle !== null) clearTimeout(idle);
      await stop();
      wakeAll("The search index was closed.");
    },
  };
}

async function carryOut(thread: IndexThread<ToBuilder>, id: number, job: Job, order: BuildOrder): Promise<Built> {
  let { dimensions } = order;
  let underWay = 0;
  const placed: number[] = [];
  /** The next answer that is not about places. */
  const heard = async (): Promise<FromBuilder> => {
    for (;;) {
      const answer = await nextAnswer(job);
      if (answer.kind !== "need") return answer;
      const base = await order.allocate(answer.bytes);
      if (base === null) throw indexFull({ details: { neededBytes: answer.bytes } });
      placed.push(base);
      thread.post({ kind: "place", job: id, base });
    }
  };
  try {
    for await (const chunks of order.batches) {
      for (let from = 0; from < chunks.length; from += BATCH_CHUNKS) {
        for (; underWay >= UNDER_WAY; underWay -= 1) await heard();
        const batch = packBatch(chunks.slice(from, from + BATCH_CHUNKS), dimensions);
        dimensions = batch.dimensions === 0 ? dimensions : batch.dimensions;
        thread.post({ kind: "chunks", job: id, batch }, [batch.vectors.buffer, batch.withVector.buffer]);
        underWay += 1;
      }
    }
    for (; underWay > 0; underWay -= 1) await heard();
    thread.post({ kind: "finish", job: id, segments: order.segments, removedDocumentIds: order.removedDocumentIds });
    const built = await heard();
    if (built.kind !== "built") throw indexUnavailable({ message: "The search index answered out of turn." });
    return { segments: built.segments, dimensions };
  } catch (error) {
    // Nobody looks at what was not finished; and since one thread writes everything, it cannot write here once another segment has the place.
    for (const base of placed) order.free(base);
    throw error;
  }
}

async function nextAnswer(job: Job): Promise<FromBuilder> {
  for (;;) {
    const answer = job.answers.shift();
    if (answer?.kind === "failed") throw indexUnavailable({ message: `The search index could not be built: ${answer.fault.message}` });
    if (answer !== undefined) return answer;
    if (job.fault !== null) throw indexUnavailable({ message: `The search index could not be built: ${job.fault}` });
    await new Promise<void>((resolve) => {
      job.wake = resolve;
    });
  }
}

function packBatch(chunks: readonly IndexChunk[], expected: number | null): ChunkBatch {
  let dimensions = expected;
  const vectors: Float32Array[] = [];
  const withVector: number[] = [];
  const plain = chunks.map(({ vector, ...chunk }, index) => {
    if (vector === undefined || vector === null) return chunk;
    const isUsable = checkVector(vector, dimensions);
    dimensions ??= vector.length;
    if (isUsable) {
      withVector.push(index);
      vectors.push(vector);
    }
    return chunk;
  });
  const packed = new Float32Array(vectors.length * (dimensions ?? 0));
  for (const [index, vector] of vectors.entries()) packed.set(vector, index * vector.length);
  return { chunks: plain, withVector: Uint32Array.from(withVector), vectors: packed, dimensions: dimensions ?? 0 };
}
