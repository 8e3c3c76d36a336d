import { sha256 } from "../../lib/sha256.ts";
import type { Row, TransactionQuery } from "../../storage/database.ts";
import type { Scored } from "../index/fuse-ranks.ts";
import { BM25, MAX_QUERY_TERMS, type FoundChunk, type SearchFilter } from "../search-index.ts";

/**
 * SQL of the pgvector adapter. Every tenant has a table of its own in the schema `baton_search`, named by a hash of its id;
 * `content` says which version each one holds.
 */

/** A chunk as its table holds it; `weights` of the terms of the same place. */
export type StoredChunk = { chunk: FoundChunk; terms: string[]; weights: number[]; length: number; vector: Float32Array | null };

/** What the search needs to know of the tenant's table; `dimensions` null: no vectors yet. */
export type Content = { version: number; dimensions: number | null; rows: number; totalLength: number };

export type Narrowing = { audiences: readonly string[]; filter: SearchFilter };

/** The most dimensions that pgvector indexes; vectors of more are compared one by one. */
const MAX_INDEXED = 2_000;
/** How far the index looks before filters, and that it goes on until enough pass them (pgvector 0.8). */
const LOOKED_AT = 200;

export async function prepareSchema(query: TransactionQuery): Promise<void> {
  // Two processes that start together would both find it missing.
  await query("select pg_advisory_xact_lock(hashtextextended('baton.search.schema', 0))");
  await query("create extension if not exists vector");
  await query("create schema if not exists baton_search");
  await query("create table if not exists baton_search.content (tenant_id text primary key, version bigint not null, dimensions int, rows int not null, total_length bigint not null)");
}

/** Null when the tenant has no table. Held to the end of the transaction with `lock`. */
export async function readContent(query: TransactionQuery, tenantId: string, lock: "for update" | "" = ""): Promise<Content | null> {
  const [row] = await query(`select version, dimensions, rows, total_length from baton_search.content where tenant_id = $1 ${lock}`, [tenantId]);
  if (row === undefined) return null;
  return { version: Number(row["version"]), dimensions: row["dimensions"] === null ? null : Number(row["dimensions"]), rows: Number(row["rows"]), totalLength: Number(row["total_length"]) };
}

/** One writer a tenant, over all processes, to the end of the transaction. */
export async function lockTenant(query: TransactionQuery, tenantId: string): Promise<void> {
  await query("select pg_advisory_xact_lock(hashtextextended('baton.search.' || $1, 0))", [tenantId]);
}

export async function createNext(query: TransactionQuery, tenantId: string): Promise<void> {
  const table = tableOf(tenantId);
  await query(`drop table if exists ${table}_next`);
  await query(`create table ${table}_next (row bigserial, document_id text not null, audiences text[] not null, language text, product text, brand text, updated_at_ms float8,
    terms text[] not null, weights float4[] not null, length int not null, chunk text not null, embedding vector)`);
}

export async function insertChunks(query: TransactionQuery, tenantId: string, chunks: readonly StoredChunk[], suffix: "_next" | ""): Promise<void> {
  const rows = chunks.map(({ chunk, terms, weights, length, vector }, place) => ({
    place, document_id: chunk.documentId, audiences: chunk.audiences, language: chunk.language ?? null, product: chunk.product ?? null, brand: chunk.brand ?? null, updated_at_ms: chunk.updatedAtMs ?? null,
    terms, weights, length, chunk: JSON.stringify(chunk), embedding: vector === null ? null : vectorText(vector),
  }));
  await query(
    `insert into ${tableOf(tenantId)}${suffix} (document_id, audiences, language, product, brand, updated_at_ms, terms, weights, length, chunk, embedding)
     select document_id, audiences, language, product, brand, updated_at_ms, terms, weights, length, chunk, embedding::vector from jsonb_to_recordset($1::jsonb)
       as given (place int, document_id text, audiences text[], language text, product text, brand text, updated_at_ms float8, terms text[], weights float4[], length int, chunk text, embedding text) order by place`,
    [JSON.stringify(rows)],
  );
}

/** Puts the new table in the old one's place. */
export async function showNext(query: TransactionQuery, tenantId: string, version: number, dimensions: number | null): Promise<void> {
  const table = tableOf(tenantId);
  await addIndexes(query, `${table}_next`, dimensions);
  await query(`drop table if exists ${table}`);
  await query(`alter table ${table}_next rename to ${nameOf(tenantId)}`);
  await writeContent(query, tenantId, version, dimensions);
}

/** Of a table that had no vector before, `dimensions` are set now. */
export async function startVectors(query: TransactionQuery, tenantId: string, dimensions: number): Promise<void> {
  await addVectorIndex(query, tableOf(tenantId), dimensions);
}

export async function deleteDocuments(query: TransactionQuery, tenantId: string, documentIds: readonly string[]): Promise<void> {
  await query(`delete from ${tableOf(tenantId)} where document_id = any($1::text[])`, [documentIds]);
}

export async function writeContent(query: TransactionQuery, tenantId: string, version: number, dimensions: number | null): Promise<void> {
  await query(
    `insert into baton_search.content (tenant_id, version, dimensions, rows, total_length) select $1, $2, $3, count(*), coalesce(sum(length), 0) from ${tableOf(tenantId)}
     on conflict (tenant_id) do update set version = excluded.version, dimensions = excluded.dimensions, rows = excluded.rows, total_length = excluded.total_length`,
    [tenantId, version, dimensions],
  );
}

export async function dropTenant(query: TransactionQuery, tenantId: string): Promise<void> {
  await query(`drop table if exists ${tableOf(tenantId)}`);
  await query("delete from baton_search.content where tenant_id = $1", [tenantId]);
}

/** The best rows by BM25; rarity is counted over all rows, whoever may see them. */
export async function lexicalBest(query: TransactionQuery, tenantId: string, terms: readonly string[], narrowing: Narrowing, content: Content, limit: number): Promise<Scored[]> {
  if (terms.length === 0) return [];
  const { text, values } = permittedSql(narrowing, 7);
  const rows = await query(
    `with held as materialized (
       select c.row, c.length, each.term, each.weight, ${text} as is_open from ${tableOf(tenantId)} c cross join lateral unnest(c.terms, c.weights) as each (term, weight)
       where c.terms && $1::text[] and each.term = any($1::text[])),
     kept as (select term, greatest($2::float8, ln(($3::float8 - count(*) + 0.5) / (count(*) + 0.5))) as idf from held group by term order by count(*), array_position($1::text[], term) limit ${MAX_QUERY_TERMS})
     select held.row as place, sum(kept.idf * held.weight * ($4::float8 + 1) / (held.weight + $4::float8 * (1 - $5::float8 + $5::float8 * held.length / $6::float8))) as score
     from held join kept using (term) where held.is_open group by held.row order by score desc, held.row limit ${limit}`,
    [terms, BM25.leastIdf, content.rows, BM25.k1, BM25.b, Math.max(1, content.totalLength) / Math.max(1, content.rows), ...values],
  );
  return rows.map(scoredOf);
}

/** The rows nearest by cosine. */
export async function nearestBest(query: TransactionQuery, tenantId: string, vector: Float32Array, narrowing: Narrowing, limit: number): Promise<Scored[]> {
  const { text, values } = permittedSql(narrowing, 2);
  const cast = `vector(${vector.length})`;
  await query(`set local hnsw.ef_search = ${LOOKED_AT}`);
  await query("set local hnsw.iterative_scan = strict_order");
  const rows = await query(
    `select c.row as place, 1 - (c.embedding::${cast} <=> $1::${cast}) as score from ${tableOf(tenantId)} c where c.embedding is not null and ${text} order by c.embedding::${cast} <=> $1::${cast} limit ${limit}`,
    [vectorText(vector), ...values],
  );
  return rows.map(scoredOf);
}

export async function readRows(query: TransactionQuery, tenantId: string, places: readonly number[]): Promise<Map<number, FoundChunk>> {
  const rows = await query(`select row, chunk from ${tableOf(tenantId)} where row = any($1::bigint[])`, [places]);
  return new Map(rows.map((row) => [Number(row["row"]), chunkOf(row)]));
}

async function addIndexes(query: TransactionQuery, table: string, dimensions: number | null): Promise<void> {
  await query(`create unique index on ${table} (row)`);
  await query(`create index on ${table} (document_id)`);
  await query(`create index on ${table} using gin (terms)`);
  if (dimensions !== null) await addVectorIndex(query, table, dimensions);
}

async function addVectorIndex(query: TransactionQuery, table: string, dimensions: number): Promise<void> {
  if (dimensions <= MAX_INDEXED) await query(`create index on ${table} using hnsw ((embedding::vector(${dimensions})) vector_cosine_ops)`);
}

/** The condition on a row `c`, whose values begin at number `first`. */
function permittedSql({ audiences, filter }: Narrowing, first: number): { text: string; values: unknown[] } {
  const values: unknown[] = [audiences];
  const parts = [`c.audiences && $${first}::text[]`];
  for (const [column, list] of [["language", filter.languages], ["product", filter.products], ["brand", filter.brands]] as const) {
    if (list === undefined) continue;
    values.push(list.filter((each) => each !== null));
    parts.push(`(c.${column} = any($${first + values.length - 1}::text[])${list.includes(null) ? ` or c.${column} is null` : ""})`);
  }
  if (filter.updatedAfterMs !== undefined) {
    values.push(filter.updatedAfterMs);
    parts.push(`c.updated_at_ms >= $${first + values.length - 1}::float8`);
  }
  return { text: `coalesce(${parts.join(" and ")}, false)`, values };
}

/** Safe in SQL as it is: letters and digits of a hash. */
function nameOf(tenantId: string): string {
  return `chunk_${sha256(tenantId).slice(0, 32)}`;
}

function tableOf(tenantId: string): string {
  return `baton_search.${nameOf(tenantId)}`;
}

function vectorText(vector: Float32Array): string {
  return `[${vector.join(",")}]`;
}

function scoredOf(row: Row): Scored {
  return { place: Number(row["place"]), score: Number(row["score"]) };
}

function chunkOf(row: Row): FoundChunk {
  const chunk: unknown = JSON.parse(String(row["chunk"]));
  if (!isChunk(chunk)) throw new Error("a row of the search index is not a chunk");
  return chunk;
}

// Written by this adapter.
function isChunk(value: unknown): value is FoundChunk {
  return typeof value === "object" && value !== null && "chunkId" in value;
}
