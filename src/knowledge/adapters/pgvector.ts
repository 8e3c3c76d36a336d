import pg from "pg";
import { isConnectionError, type Row, type TransactionQuery } from "../../storage/database.ts";
import { fuseRanks, lexicalOnly } from "../index/fuse-ranks.ts";
import { indexUnavailable } from "../index/index.errors.ts";
import { checkVector } from "../index/vectors/check-vector.ts";
import { weighTerms } from "../index/weigh-terms.ts";
import { MAX_LIMIT, MAX_QUERY_LENGTH, RANKED_AT_LEAST, type Hit, type IndexChunk, type SearchIndex, type SearchRequest } from "../search-index.ts";
import { indexTerms } from "../terms.ts";
import {
  createNext, deleteDocuments, dropTenant, insertChunks, lexicalBest, lockTenant, nearestBest, prepareSchema, readContent, readRows, showNext, startVectors, writeContent, type StoredChunk,
} from "./pgvector.store.ts";

/** Several statements in one transaction, on a server that has the extension `vector`. */
export type PgvectorConnection = { transaction<T>(work: (query: TransactionQuery) => Promise<T>): Promise<T> };

/** Chunks in one statement. */
const BATCH_CHUNKS = 200;

/**
 * The index in PostgreSQL with pgvector (0.8 or newer): for content that should not be in this process's memory. Words by an index of
 * terms and BM25 in SQL, vectors by HNSW, whose search goes on until enough rows pass the filters.
 *
 * Processes share the tables; a process that starts fills them anew. Slower than the embedded index (see docs/decisions): a search goes over every row that holds one of the words.
 */
export async function createPgvectorIndex(connection: PgvectorConnection): Promise<SearchIndex> {
  await connection.transaction(prepareSchema);
  const versions = new Map<string, number>();
  return {
    id: "pgvector",
    maxLimit: MAX_LIMIT,
    async replace(tenantId, version, chunks) {
      await connection.transaction(async (query) => {
        await lockTenant(query, tenantId);
        await createNext(query, tenantId);
        const dimensions = await insertAll(query, tenantId, chunks, "_next", null);
        await showNext(query, tenantId, version, dimensions);
      });
      versions.set(tenantId, version);
    },
    async apply(tenantId, change) {
      if (versions.get(tenantId) !== change.from) return false;
      const isApplied = await connection.transaction(async (query) => {
        await lockTenant(query, tenantId);
        const content = await readContent(query, tenantId);
        // Another process was quicker.
        if (content?.version !== change.from) return content?.version === change.to;
        await deleteDocuments(query, tenantId, change.removedDocumentIds);
        const dimensions = await insertAll(query, tenantId, change.chunks, "", content.dimensions);
        if (content.dimensions === null && dimensions !== null) await startVectors(query, tenantId, dimensions);
        await writeContent(query, tenantId, change.to, dimensions);
        return true;
      });
      if (isApplied) versions.set(tenantId, change.to);
      return isApplied;
    },
    versionOf: (tenantId) => versions.get(tenantId) ?? null,
    async search(request) {
      if (!versions.has(request.tenantId) || request.audiences.length === 0) return [];
      return connection.transaction((query) => searchTables(query, request));
    },
    async drop(tenantId) {
      await connection.transaction(async (query) => {
        await lockTenant(query, tenantId);
        await dropTenant(query, tenantId);
      });
      versions.delete(tenantId);
    },
  };
}

/** A pool of connections to the server at `connectionString`, which must be allowed to create schemas. */
export function openPgvector(connectionString: string, maxConnections: number): PgvectorConnection & { close(): Promise<void> } {
  const pool = new pg.Pool({ connectionString, max: maxConnections, connectionTimeoutMillis: 5_000 });
  // A lost connection tells whoever waits for its query; unheard here, it would end the process.
  pool.on("error", () => {});
  return {
    async transaction(work) {
      const client = await pool.connect().catch((error: unknown) => {
        throw indexUnavailable({ cause: error });
      });
      try {
        await client.query("begin");
        const outcome = await work(async (text, values = []): Promise<Row[]> => (await client.query({ text, values: [...values] })).rows);
        await client.query("commit");
        client.release();
        return outcome;
      } catch (error) {
        // With its connection ends the transaction.
        client.release(true);
        throw isConnectionError(error) ? indexUnavailable({ cause: error }) : error;
      }
    },
    close: () => pool.end(),
  };
}

/** Returns the dimensions of the vectors, null when there is none. */
async function insertAll(query: TransactionQuery, tenantId: string, chunks: readonly IndexChunk[] | AsyncIterable<readonly IndexChunk[]>, suffix: "_next" | "", known: number | null): Promise<number | null> {
  let dimensions = known;
  for await (const batch of Symbol.asyncIterator in chunks ? chunks : [chunks]) {
    for (let from = 0; from < batch.length; from += BATCH_CHUNKS) {
      const stored = batch.slice(from, from + BATCH_CHUNKS).map(({ vector = null, ...chunk }): StoredChunk => {
        const isUsable = vector !== null && checkVector(vector, dimensions);
        dimensions ??= vector?.length ?? null;
        const { weights, length } = weighTerms(chunk);
        return { chunk, terms: [...weights.keys()], weights: [...weights.values()], length, vector: isUsable ? vector : null };
      });
      await insertChunks(query, tenantId, stored, suffix);
    }
  }
  return dimensions;
}

async function searchTables(query: TransactionQuery, request: SearchRequest): Promise<Hit[]> {
  // All statements of one search see the same version.
  await query("set transaction isolation level repeatable read, read only");
  const { tenantId, audiences, filter = {} } = request;
  const content = await readContent(query, tenantId);
  const limit = Math.max(0, Math.min(MAX_LIMIT, Math.floor(request.limit)));
  if (content === null || limit === 0) return [];
  const depth = Math.max(RANKED_AT_LEAST, limit);
  const terms = [...new Set(indexTerms(request.query.slice(0, MAX_QUERY_LENGTH)))];
  const lexical = await lexicalBest(query, tenantId, terms, { audiences, filter }, content, depth);
  const vector = request.vector ?? null;
  const isHybrid = vector !== null && checkVector(vector, content.dimensions) && content.dimensions !== null;
  const best = isHybrid ? fuseRanks(lexical, await nearestBest(query, tenantId, vector, { audiences, filter }, depth), limit) : lexicalOnly(lexical, limit);
  const chunks = await readRows(query, tenantId, best.map(({ place }) => place));
  return best.flatMap((each): Hit[] => {
    const chunk = chunks.get(each.place);
    return chunk === undefined ? [] : [{ chunk, score: each.score, lexical: each.lexical, vector: each.vector }];
  });
}
