import { availableParallelism } from "node:os";
import { createArena } from "../index/segments/arena.ts";
import { createBuilder, type BuildOrder } from "../index/threads/builder.ts";
import { indexUnavailable, vectorInvalid } from "../index/index.errors.ts";
import type { View } from "../index/search-view.ts";
import { createSearchers, type RawHits } from "../index/threads/searchers.ts";
import { chunkAt, openSegment, type Segment } from "../index/segments/segment.ts";
import { HIT_NUMBERS } from "../index/threads/thread-messages.ts";
import { checkVector } from "../index/vectors/check-vector.ts";
import { MAX_LIMIT, MAX_QUERY_LENGTH, type Hit, type HitPart, type IndexChunk, type SearchIndex, type SearchRequest } from "../search-index.ts";

/**
 * `threads`: that search (0: by the cores); one more builds. `memoryBytes`: for all tenants' content, at most 4 GiB. `keptMs`: a tenant that was searched or changed this recently is not
 * given up for another one. `files`: what the threads run, for tests.
 */
export type EmbeddedOptions = { threads?: number; memoryBytes?: number; keptMs?: number; files?: { search: URL; build: URL } };

/** `usedBytes` of `limitBytes` are taken by `tenants` tenants; `evicted` were given up since the start to make room. */
export type EmbeddedState = { usedBytes: number; limitBytes: number; tenants: number; evicted: number };

export type EmbeddedIndex = SearchIndex & { state(): EmbeddedState; close(): Promise<void> };

const DEFAULT_MEMORY_BYTES = 2 * 1024 ** 3;
const KEPT_MS = 5_000;

/** `change`: the last one asked for, ended or not. `segments`: opened here, to read hits. `isChanging` counts changes under way. */
type Tenant = { view: View | null; segments: Map<number, Segment>; change: Promise<unknown>; changing: number; usedAtMs: number };

/**
 * The built-in index: BM25 over inverted lists and cosine over all permitted vectors (one bit a dimension, then one byte), in
 * threads that share one block of memory. Nothing on disk; about 2 kB a chunk of 100 words and 384 dimensions.
 *
 * When the memory is full, the tenants that were not asked for longest are given up (never one used in the last five seconds): they
 * have no version then, and are built again at their next use. A search for one that comes without that fails as `knowledge.index_unavailable`.
 */
export function createEmbeddedIndex(options: EmbeddedOptions = {}): EmbeddedIndex {
  const arena = createArena(options.memoryBytes ?? DEFAULT_MEMORY_BYTES);
  const searchers = createSearchers(arena.memory, options.threads || threadsOf(availableParallelism()), options.files?.search);
  const builder = createBuilder(arena.memory, options.files?.build);
  const tenants = new Map<string, Tenant>();
  const gone = new Set<string>();
  let evicted = 0;

  const tenantOf = (tenantId: string): Tenant => {
    const known = tenants.get(tenantId);
    if (known !== undefined) return known;
    const made: Tenant = { view: null, segments: new Map(), change: Promise.resolve(), changing: 0, usedAtMs: 0 };
    tenants.set(tenantId, made);
    return made;
  };

  /** Changes of one tenant, one after the other; a failed one does not stop the next. */
  const inTurn = async <T>(tenantId: string, work: (tenant: Tenant) => Promise<T>): Promise<T> => {
    const tenant = tenantOf(tenantId);
    tenant.changing += 1;
    const result = tenant.change.then(() => work(tenant), () => work(tenant));
    tenant.change = result;
    try {
      return await result;
    } finally {
      tenant.changing -= 1;
      if (tenant.changing === 0 && tenant.view === null) tenants.delete(tenantId);
    }
  };

  const show = async (tenantId: string, tenant: Tenant, view: View | null): Promise<void> => {
    const before = tenant.view?.segments ?? [];
    await searchers.publish(tenantId, view);
    tenant.view = view;
    tenant.usedAtMs = performance.now();
    gone.delete(tenantId);
    const kept = new Set(view?.segments.map(({ base }) => base));
    for (const { base } of before) {
      if (kept.has(base)) continue;
      tenant.segments.delete(base);
      arena.free(base);
    }
  };

  const evictOne = async (): Promise<boolean> => {
    const latest = performance.now() - (options.keptMs ?? KEPT_MS);
    const idle = [...tenants].filter(([, tenant]) => tenant.changing === 0 && tenant.usedAtMs < latest).sort(([, left], [, right]) => left.usedAtMs - right.usedAtMs);
    const [tenantId] = idle[0] ?? [];
    if (tenantId === undefined) return false;
    await inTurn(tenantId, (tenant) => show(tenantId, tenant, null));
    gone.add(tenantId);
    evicted += 1;
    return true;
  };

  const allocate = async (bytes: number): Promise<number | null> => {
    for (;;) {
      const base = arena.allocate(bytes);
      if (base !== null || !(await evictOne())) return base;
    }
  };

  const build = async (tenantId: string, tenant: Tenant, version: number, order: Omit<BuildOrder, "allocate" | "free">): Promise<void> => {
    const { segments, dimensions } = await builder.build({ ...order, allocate, free: arena.free });
    await show(tenantId, tenant, { version, dimensions, segments });
  };

  const hitsOf = (tenant: Tenant, numbers: Float64Array): Hit[] => {
    const hits: Hit[] = [];
    for (let at = 0; at < numbers.length; at += HIT_NUMBERS) {
      const [base = 0, row = 0, score = 0, lexicalRank = 0, lexicalScore = 0, vectorRank = 0, vectorScore = 0] = numbers.subarray(at, at + HIT_NUMBERS);
      const segment = tenant.segments.get(base) ?? openSegment(arena.memory, base);
      tenant.segments.set(base, segment);
      hits.push({ chunk: chunkAt(segment, row), score, lexical: partOf(lexicalRank, lexicalScore), vector: partOf(vectorRank, vectorScore) });
    }
    return hits;
  };

  return {
    id: "embedded",
    maxLimit: MAX_LIMIT,
    replace: (tenantId, version, chunks) => inTurn(tenantId, (tenant) => build(tenantId, tenant, version, { batches: batchesOf(chunks), segments: [], removedDocumentIds: [], dimensions: null })),
    apply: (tenantId, change) =>
      inTurn(tenantId, async (tenant) => {
        if (tenant.view === null || tenant.view.version !== change.from) return false;
        await build(tenantId, tenant, change.to, { batches: batchesOf(change.chunks), segments: tenant.view.segments, removedDocumentIds: change.removedDocumentIds, dimensions: tenant.view.dimensions });
        return true;
      }),
    versionOf: (tenantId) => tenants.get(tenantId)?.view?.version ?? null,
    async search(request) {
      const tenant = tenants.get(request.tenantId);
      if (gone.has(request.tenantId)) throw indexUnavailable({ message: "The tenant's index was given up to make room and is not built again yet. Try once more." });
      if (!tenant?.view || request.audiences.length === 0) return [];
      tenant.usedAtMs = performance.now();
      const plain = plainRequest(request, tenant.view.dimensions);
      return new Promise<Hit[]>((resolve, reject) => {
        searchers.search(plain, (raw) => settle(raw, (numbers) => hitsOf(tenant, numbers), resolve, reject));
      });
    },
    drop: (tenantId) => inTurn(tenantId, (tenant) => show(tenantId, tenant, null)),
    state: () => ({ usedBytes: arena.usedBytes(), limitBytes: arena.limitBytes, tenants: tenants.size, evicted }),
    async close() {
      await Promise.all([searchers.close(), builder.close()]);
    },
  };
}

/** One core is left to everything else, where there are more than two. */
function threadsOf(cores: number): number {
  return cores <= 2 ? cores : cores - 1;
}

function settle(raw: RawHits, read: (numbers: Float64Array) => Hit[], resolve: (hits: Hit[]) => void, reject: (error: unknown) => void): void {
  if (raw.kind === "fault") {
    reject(raw.fault.code === "knowledge.vector_invalid" ? vectorInvalid({ message: raw.fault.message }) : indexUnavailable({ message: raw.fault.message }));
    return;
  }
  try {
    resolve(read(raw.numbers));
  } catch (error) {
    reject(error);
  }
}

/** What goes to the thread: only what it needs, the vector checked and with a buffer of its own. */
function plainRequest({ tenantId, audiences, query, vector, filter, limit }: SearchRequest, dimensions: number | null): SearchRequest {
  const isUsable = vector !== undefined && vector !== null && checkVector(vector, dimensions);
  return { tenantId, audiences, query: query.slice(0, MAX_QUERY_LENGTH), vector: isUsable && dimensions !== null ? vector.slice() : null, filter: filter ?? {}, limit };
}

function partOf(rank: number, score: number): HitPart | null {
  return rank === 0 ? null : { rank, score };
}

async function* batchesOf(chunks: readonly IndexChunk[] | AsyncIterable<readonly IndexChunk[]>): AsyncGenerator<readonly IndexChunk[]> {
  if (Symbol.asyncIterator in chunks) yield* chunks;
  else yield chunks;
}
