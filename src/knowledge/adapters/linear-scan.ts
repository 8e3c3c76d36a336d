import { classOf, passes } from "../index/filter-class.ts";
import { fuseRanks, lexicalOnly, type Scored } from "../index/fuse-ranks.ts";
import { idfOf } from "../index/lexical-rows.ts";
import { queryTerms, type QueryTerm } from "../index/query-terms.ts";
import { topRows } from "../index/top-rows.ts";
import { checkVector } from "../index/vectors/check-vector.ts";
import { weighTerms } from "../index/weigh-terms.ts";
import { BM25, MAX_LIMIT, RANKED_AT_LEAST, type Hit, type IndexChunk, type SearchIndex, type SearchRequest } from "../search-index.ts";

/** `weights`: occurrences of a term, weighed by column; `length`: words in all columns; `vector` of length 1. */
type Entry = { chunk: IndexChunk; weights: Map<string, number>; length: number; vector: Float64Array | null };

type TenantIndex = { version: number; entries: readonly Entry[]; counts: Map<string, number>; meanLength: number; dimensions: number | null };

/**
 * The formulas written out and run over every chunk: the exact reference other adapters are tested and measured against, and
 * good for a few thousand chunks.
 */
export function createLinearScanIndex(): SearchIndex {
  const tenants = new Map<string, TenantIndex>();
  return {
    id: "linear-scan",
    maxLimit: MAX_LIMIT,
    async replace(tenantId, version, chunks) {
      tenants.set(tenantId, build(version, await gather(chunks), null));
    },
    async apply(tenantId, { from, to, removedDocumentIds, chunks }) {
      const before = tenants.get(tenantId);
      if (before?.version !== from) return false;
      const removed = new Set(removedDocumentIds);
      tenants.set(tenantId, build(to, [...before.entries.filter(({ chunk }) => !removed.has(chunk.documentId)).map(({ chunk }) => chunk), ...chunks], before.dimensions));
      return true;
    },
    versionOf: (tenantId) => tenants.get(tenantId)?.version ?? null,
    async search(request) {
      const tenant = tenants.get(request.tenantId);
      return tenant ? searchTenant(tenant, request) : [];
    },
    async drop(tenantId) {
      tenants.delete(tenantId);
    },
  };
}

async function gather(chunks: readonly IndexChunk[] | AsyncIterable<readonly IndexChunk[]>): Promise<readonly IndexChunk[]> {
  if (!(Symbol.asyncIterator in chunks)) return chunks;
  const all: IndexChunk[] = [];
  for await (const batch of chunks) all.push(...batch);
  return all;
}

function build(version: number, chunks: readonly IndexChunk[], known: number | null): TenantIndex {
  const counts = new Map<string, number>();
  let dimensions = known;
  const entries = chunks.map((chunk): Entry => {
    const isPointing = chunk.vector !== undefined && chunk.vector !== null && checkVector(chunk.vector, dimensions);
    dimensions ??= chunk.vector?.length ?? null;
    const { weights, length } = weighTerms(chunk);
    for (const term of weights.keys()) counts.set(term, (counts.get(term) ?? 0) + 1);
    return { chunk, weights, length, vector: isPointing && chunk.vector ? atLengthOne(chunk.vector) : null };
  });
  const total = entries.reduce((sum, entry) => sum + entry.length, 0);
  return { version, entries, counts, meanLength: total / Math.max(1, entries.length), dimensions };
}

function searchTenant(tenant: TenantIndex, request: SearchRequest): Hit[] {
  const asked = request.vector ?? null;
  const query = asked !== null && checkVector(asked, tenant.dimensions) && tenant.dimensions !== null ? atLengthOne(asked) : null;
  const limit = Math.max(0, Math.min(MAX_LIMIT, Math.floor(request.limit)));
  const [audiences, filter] = [new Set(request.audiences), request.filter ?? {}];
  const permitted = tenant.entries.flatMap((entry, place) => {
    const isInTime = filter.updatedAfterMs === undefined || (entry.chunk.updatedAtMs ?? -Infinity) >= filter.updatedAfterMs;
    return isInTime && passes(classOf(entry.chunk), audiences, filter) ? [{ entry, place }] : [];
  });
  const terms = queryTerms(request.query, (term) => tenant.counts.get(term) ?? 0);
  const best = (scoreOf: (entry: Entry) => number | null): Scored[] => {
    const scored = permitted.flatMap(({ entry, place }): Scored[] => {
      const score = scoreOf(entry);
      return score === null ? [] : [{ place, score }];
    });
    return topRows(scored.length, Math.max(RANKED_AT_LEAST, limit), (index) => scored[index]?.place ?? 0, (index) => scored[index]?.score ?? 0);
  };
  const lexical = best((entry) => scoreOf(tenant, entry, terms));
  const fused = query === null ? lexicalOnly(lexical, limit) : fuseRanks(lexical, best(({ vector }) => (vector === null ? null : productOf(query, vector))), limit);
  return fused.flatMap(({ place, score, lexical: words, vector: meaning }): Hit[] => {
    const entry = tenant.entries[place];
    if (entry === undefined) return [];
    const { vector: _, ...chunk } = entry.chunk;
    return [{ chunk, score, lexical: words, vector: meaning }];
  });
}

/** BM25; null when not one term occurs. */
function scoreOf(tenant: TenantIndex, entry: Entry, terms: readonly QueryTerm[]): number | null {
  const { k1, b } = BM25;
  let score: number | null = null;
  for (const { term, count } of terms) {
    const weight = entry.weights.get(term);
    if (weight === undefined) continue;
    const gain = (weight * (k1 + 1)) / (weight + k1 * (1 - b + (b * entry.length) / tenant.meanLength));
    score = (score ?? 0) + idfOf(tenant.entries.length, count) * gain;
  }
  return score;
}

function atLengthOne(vector: Float32Array): Float64Array {
  const length = Math.sqrt(productOf(Float64Array.from(vector), Float64Array.from(vector)));
  return Float64Array.from(vector, (value) => value / length);
}

function productOf(left: Float64Array, right: Float64Array): number {
  let sum = 0;
  for (let at = 0; at < left.length; at += 1) sum += (left[at] ?? 0) * (right[at] ?? 0);
  return sum;
}
