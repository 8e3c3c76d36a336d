/**
 * One chunk as the index needs it. `lead`: what stands before `text` where a block was cut (a table's head); searched with it. `audiences`: who may see it (one of them is enough). `heading` is the path below the
 * title, joined by " › ". `startOffset`: UTF-16 units into the document's body. `language`, `product` and `brand` are for
 * filters only; left out is the same as null. `updatedAtMs`: of the document. `vector`: the embedding of the chunk, of any
 * length above zero (cosine is what counts), null while it is not made yet.
 */
export type IndexChunk = {
  chunkId: string;
  documentId: string;
  title: string;
  heading: string;
  lead?: string;
  text: string;
  startOffset: number;
  audiences: readonly string[];
  language?: string | null;
  product?: string | null;
  brand?: string | null;
  updatedAtMs?: number | null;
  vector?: Float32Array | null;
};

/** A chunk as a search gives it back. */
export type FoundChunk = Omit<IndexChunk, "vector">;

/**
 * What narrows a search besides rights. Each list: the values that pass, null for chunks without one; a list left out lets
 * all pass. `updatedAfterMs`: chunks of this time or later; those without a time do not pass.
 */
export type SearchFilter = {
  languages?: readonly (string | null)[];
  products?: readonly (string | null)[];
  brands?: readonly (string | null)[];
  updatedAfterMs?: number;
};

/**
 * `query`: what is asked, in the asker's words (see `queryParts`). `vector`: its embedding by the model that made the
 * chunks' vectors; without one the search goes by words alone.
 */
export type SearchRequest = { tenantId: string; audiences: readonly string[]; query: string; vector?: Float32Array | null; filter?: SearchFilter; limit: number };

/** Where a chunk stood in one of the two rankings: `rank` from 1, `score` BM25 or cosine. */
export type HitPart = { rank: number; score: number };

/**
 * `score`: higher is better; comparable within one answer only. BM25 without a vector, else by `fuseRanks`. A part is null where the
 * chunk was not among the best of that ranking (see `RANKED_AT_LEAST`), `vector` also where it or the query has none.
 */
export type Hit = { chunk: FoundChunk; score: number; lexical: HitPart | null; vector: HitPart | null };

/**
 * What changed from one version to the next: chunks of `removedDocumentIds` go, `chunks` come. A document that changed
 * stands in both.
 */
export type IndexChange = { from: number; to: number; removedDocumentIds: readonly string[]; chunks: readonly IndexChunk[] };

/**
 * The search index of every tenant this process serves, derived from the record and rebuildable at any time.
 *
 * Promises:
 * - `search` never returns a chunk of another tenant, nor one that shares no audience with `audiences`; that filter and the
 *   others are part of the search, so `limit` permitted hits come back when there are as many. No audience: no hit.
 * - `search` takes any text (operators, quotes, control characters, 100 kB) and answers; what lies beyond the first 20,000
 *   characters is not searched for, nor more than the 64 rarest of its terms. Best first, equal scores in the order of
 *   `replace`. An unknown tenant has no hits.
 * - `replace` is whole or not at all, and so is `apply`: a search that begins after its promise resolved sees the new
 *   content, one that ended before it began the old, and one in between either, never a mixture. Batches are for those whose
 *   chunks should not all be in memory at once.
 * - `apply` resolves with false, and has changed nothing, when the index is not at `from`: `replace` it then. Rarity of words is
 *   counted with the removed chunks until they are cleared away in passing.
 * - `versionOf` is the version last given to `replace` or `apply`, null when there is none (never filled, dropped, or given
 *   up to make room for others). Changes of one tenant are carried out in the order they were asked for.
 * - `drop` forgets the tenant and frees what it held; repeating it is harmless.
 *
 * Throws: `knowledge.vector_invalid` when a vector has another number of dimensions than the tenant's first one, or a value that is not
 * finite; `knowledge.index_full` when the content does not fit; `knowledge.index_unavailable` (retryable) on a fault of the adapter itself.
 * Replay: reads only, but ranks move with the content; journal the chunk ids, not the search.
 */
export type SearchIndex = {
  readonly id: string;
  /** Most hits one search gives. */
  readonly maxLimit: number;
  replace(tenantId: string, version: number, chunks: readonly IndexChunk[] | AsyncIterable<readonly IndexChunk[]>): Promise<void>;
  apply(tenantId: string, change: IndexChange): Promise<boolean>;
  versionOf(tenantId: string): number | null;
  search(request: SearchRequest): Promise<Hit[]>;
  drop(tenantId: string): Promise<void>;
};

/** How much a match counts by where it stands; the same in every adapter, so that they can be held against each other. */
export const COLUMN_WEIGHTS = { title: 2, heading: 2.5, text: 1 };

/** BM25 as SQLite computes it: https://sqlite.org/fts5.html#the_bm25_function */
export const BM25 = { k1: 1.2, b: 0.75, leastIdf: 1e-6 };

/** Most distinct terms one search uses; the rarest are kept. */
export const MAX_QUERY_TERMS = 64;

/** Most characters of a query that are read. */
export const MAX_QUERY_LENGTH = 20_000;

export const MAX_LIMIT = 200;

/** How many places of each ranking are fused at least; more when more hits are wanted. */
export const RANKED_AT_LEAST = 100;
