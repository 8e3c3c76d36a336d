import type { SearchRequest } from "../../search-index.ts";
import { FairQueue } from "./fair-queue.ts";
import { indexUnavailable } from "../index.errors.ts";
import { startIndexThread, type IndexThread } from "./index-thread.ts";
import type { View } from "../search-view.ts";
import { HIT_NUMBERS, type Fault, type FromSearcher, type ToSearcher } from "./thread-messages.ts";

/** The numbers of one search's hits, `HIT_NUMBERS` each, or what it failed with. */
export type RawHits = { kind: "hits"; numbers: Float64Array } | { kind: "fault"; fault: Fault };

/**
 * The threads that search. What is asked waits here, tenants in turn, and goes out in small batches, a few under way for
 * each thread: so a thread is never idle while something waits, and no message is long enough to hold up this one.
 *
 * A thread that dies is started again and told every view. What it was asked is asked once more, each alone, so that only the search that ends threads
 * fails: as `knowledge.index_unavailable` (retryable).
 */
export type Searchers = {
  /** `done` is called with the hits while the segments they lie in are still there. */
  search(request: SearchRequest, done: (hits: RawHits) => void): void;
  /** Resolves when no thread looks at the tenant's earlier view any more. */
  publish(tenantId: string, view: View | null): Promise<void>;
  close(): Promise<void>;
};

/** A busy machine may leave this thread waiting for its turn: the others have enough to do meanwhile. */
const BATCHES_UNDER_WAY = 4;
/** What waits is spread over so many batches a thread. */
const SPREAD = 2;
const BATCH_REQUESTS = 8;
/** The hits of a batch are unpacked in one go. */
const BATCH_HITS = 200;
const MAX_WAITING = 20_000;
const ATTEMPTS = 2;
/** A thread that dies at once is not started at once. */
const RESTART_DELAY_MS = 200;

type Waiting = { request: SearchRequest; attempts: number; done: (hits: RawHits) => void };
/** `isAlone`: it has a search that may have ended a thread, and gets nothing else meanwhile. */
type Searcher = { isAlone: boolean; thread: IndexThread<ToSearcher>; batches: Map<number, readonly Waiting[]>; viewed: Map<number, () => void> };

export function createSearchers(arena: WebAssembly.Memory, threads: number, file = new URL("./search-thread.ts", import.meta.url)): Searchers {
  const views = new Map<string, View>();
  const queue = new FairQueue<Waiting>();
  const suspects: Waiting[] = [];
  const searchers = new Set<Searcher>();
  const timers = new Set<NodeJS.Timeout>();
  let number = 0;

  const start = (): void => {
    const searcher: Searcher = {
      thread: startIndexThread<ToSearcher, FromSearcher>(file, arena, { message: (message) => hear(searcher, message), dead: () => bury(searcher) }),
      isAlone: false, batches: new Map(), viewed: new Map(),
    };
    for (const [tenantId, view] of views) searcher.thread.post({ kind: "view", number: 0, tenantId, view });
    searchers.add(searcher);
    dispatch();
  };

  const bury = (searcher: Searcher): void => {
    searchers.delete(searcher);
    for (const resolve of searcher.viewed.values()) resolve();
    for (const waiting of [...searcher.batches.values()].flat()) retry(waiting);
    const timer = setTimeout(() => {
      timers.delete(timer);
      start();
    }, RESTART_DELAY_MS);
    timers.add(timer);
  };

  const retry = (waiting: Waiting): void => {
    waiting.attempts += 1;
    if (waiting.attempts < ATTEMPTS) suspects.push(waiting);
    else waiting.done({ kind: "fault", fault: { code: "", message: "The search ended its thread twice." } });
  };

  const hear = (searcher: Searcher, message: FromSearcher): void => {
    if (message.kind === "viewed") {
      searcher.viewed.get(message.number)?.();
      searcher.viewed.delete(message.number);
    } else {
      const batch = searcher.batches.get(message.number) ?? [];
      searcher.batches.delete(message.number);
      searcher.isAlone = false;
      hand(batch, message);
      dispatch();
    }
    holdWhileBusy(searcher);
  };

  const dispatch = (): void => {
    while (queue.size + suspects.length > 0) {
      const [idlest] = [...searchers].filter(({ isAlone }) => !isAlone).sort((left, right) => left.batches.size - right.batches.size);
      if (idlest === undefined || idlest.batches.size >= BATCHES_UNDER_WAY) return;
      const suspect = idlest.batches.size === 0 ? suspects.shift() : undefined;
      if (suspect === undefined && (queue.size === 0 || suspects.length > 0)) return;
      idlest.isAlone = suspect !== undefined;
      send(idlest, suspect === undefined ? nextBatch(queue, searchers.size) : [suspect]);
    }
  };

  const send = (searcher: Searcher, batch: readonly Waiting[]): void => {
    number += 1;
    searcher.batches.set(number, batch);
    searcher.thread.post({ kind: "search", number, requests: batch.map(({ request }) => request) });
    holdWhileBusy(searcher);
  };

  for (let count = 0; count < threads; count += 1) start();
  return {
    search(request, done) {
      if (queue.size >= MAX_WAITING) throw indexUnavailable({ message: `${MAX_WAITING} searches are waiting already. Try again in a moment.` });
      queue.push(request.tenantId, { request, attempts: 0, done });
      dispatch();
    },
    async publish(tenantId, view) {
      if (view === null) views.delete(tenantId);
      else views.set(tenantId, view);
      await Promise.all([...searchers].map((searcher) => new Promise<void>((resolve) => {
        number += 1;
        searcher.viewed.set(number, resolve);
        searcher.thread.post({ kind: "view", number, tenantId, view });
        holdWhileBusy(searcher);
      })));
    },
    async close() {
      for (const timer of timers) clearTimeout(timer);
      const ended = [...searchers];
      searchers.clear();
      await Promise.all(ended.map(({ thread }) => thread.stop()));
      for (const waiting of [...suspects.splice(0), ...ended.flatMap((searcher) => [...searcher.batches.values()].flat())]) waiting.done({ kind: "fault", fault: { code: "", message: "The search index was closed." } });
      for (let left = queue.shift(); left !== undefined; left = queue.shift()) left.done({ kind: "fault", fault: { code: "", message: "The search index was closed." } });
    },
  };
}

function holdWhileBusy(searcher: Searcher): void {
  searcher.thread.hold(searcher.batches.size + searcher.viewed.size > 0);
}

/** Few that wait are spread over the threads rather than put into one batch. */
function nextBatch(queue: FairQueue<Waiting>, threads: number): Waiting[] {
  const most = Math.min(BATCH_REQUESTS, Math.ceil(queue.size / (threads * SPREAD)));
  const batch: Waiting[] = [];
  let hits = 0;
  while (batch.length < most && (batch.length === 0 || hits < BATCH_HITS)) {
    const next = queue.shift();
    if (next === undefined) break;
    batch.push(next);
    hits += next.request.limit;
  }
  return batch;
}

function hand(batch: readonly Waiting[], { counts, hits, faults }: FromSearcher & { kind: "found" }): void {
  let at = 0;
  for (const [index, waiting] of batch.entries()) {
    const end = at + (counts[index] ?? 0) * HIT_NUMBERS;
    const fault = faults.find(({ request }) => request === index)?.fault;
    waiting.done(fault === undefined ? { kind: "hits", numbers: hits.subarray(at, end) } : { kind: "fault", fault });
    at = end;
  }
}
