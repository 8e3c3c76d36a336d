import { randomUUID } from "node:crypto";
import { z } from "zod";
import type { BatchStatement, Database, Row, Statement } from "../storage/database.ts";
import type { IndexChunk } from "./search-index.ts";

/** SQL that reads documents and chunks as they are served. Every function reads one tenant. */

/** A document as it is served. `updatedAt` ISO 8601 UTC. `uri`: where it stands in its source, for people. */
export type DocumentRecord = {
  id: string;
  sourceId: string;
  path: string;
  uri: string | null;
  title: string;
  language: string;
  audience: string[];
  product: string | null;
  brand: string | null;
  body: string;
  format: string;
  revision: string;
  /** What whoever keeps it should know of how it was read. */
  warnings: { code: string; message: string }[];
  updatedAt: string;
};

/** What a list says of a document. */
export type DocumentHead = Pick<DocumentRecord, "id" | "path" | "title" | "updatedAt">;

/** `heading` of a stored chunk is the title and the heading path, so that a chunk tells on its own what it was cut from. */
export type ChunkRecord = { id: string; ordinal: number; heading: string; lead: string; body: string; startOffset: number; endOffset: number };

export const HEADING_SEPARATOR = " › ";

/**
 * What the record has: `version` counts changes of documents and of the vectors that `model` made of them. `embedder`: which model is to make
 * vectors, null where nobody has said so. Of versions before `prunedTo` only those with a name are whole.
 */
export type KnowledgeState = { version: number; model: string | null; embedder: string | null; prunedTo: number };

const STATE: Statement = { name: "knowledge_state", text: "select knowledge_version, embedding_model, embedder, knowledge_pruned_to from tenant where id = $1" };

const DOCUMENT: Statement = {
  name: "knowledge_document",
  text: `select id, source_id, path, uri, title, language, audience, product, brand, body, format, revision, warnings, updated_at from document
    where tenant_id = $1 and id = $2 and to_version is null and audience && $3::text[]`,
};

// As with a superseded chunk: shown as it was, but not to those the document has since been closed to.
const DOCUMENT_QUOTED: Statement = {
  name: "knowledge_document_quoted",
  text: `select d.* from document d
    join lateral (select l.audience from document l where l.tenant_id = d.tenant_id and l.id = d.id order by l.from_version desc limit 1) last on true
    where d.tenant_id = $1 and d.id = $2 and d.from_version >= 0 and d.audience && $3::text[] and last.audience && $3::text[] and position($4 in d.body) > 0
    order by d.from_version desc limit 1`,
};

// As a chunk: the last audiences count, and those of a version that held the quote; a quote that none holds goes by the last alone.
const QUOTES: Statement = {
  name: "knowledge_quotes_open",
  text: `select q.place from jsonb_to_recordset($2::jsonb) as q (place integer, id text, quote text)
    join lateral (select l.audience from document l where l.tenant_id = $1 and l.id = q.id order by l.from_version desc limit 1) last on last.audience && $3::text[]
    where coalesce((select bool_or(d.audience && $3::text[]) from document d where d.tenant_id = $1 and d.id = q.id and position(q.quote in d.body) > 0), true)`,
};

const DOCUMENT_PAGE: Statement = {
  name: "knowledge_document_page",
  text: "select id, path, title, updated_at from document where tenant_id = $1 and to_version is null and audience && $2::text[] and ($3::text is null or path > $3) order by path, id limit $4",
};

// A superseded chunk is shown as it was, but not to those the document has since been closed to; of a removed document its last audiences count.
const CHUNKS: Statement = {
  name: "knowledge_chunks",
  text: `select c.id, c.document_id, c.heading, c.lead, c.body, c.start_offset, cut.audience, cut.language, cut.product, cut.brand, cut.updated_at
    from chunk c
    join lateral (select * from document d where d.tenant_id = c.tenant_id and d.id = c.document_id and d.revision = c.revision order by d.from_version desc limit 1) cut on true
    join lateral (select d.audience from document d where d.tenant_id = c.tenant_id and d.id = c.document_id order by d.from_version desc limit 1) last on true
    where c.tenant_id = $1 and c.id = any($2::text[]) and cut.audience && $3::text[] and last.audience && $3::text[]`,
};

// In one statement with those of other searches that end at the same time.
const OPEN: BatchStatement = {
  name: "knowledge_open_chunks",
  textOf: () => `select i.ord, array(select c.id from chunk c join document d on d.tenant_id = $1 and d.id = c.document_id and d.to_version is null
      where c.tenant_id = $1 and c.id = any(i.ids) and d.audience && i.audiences) as open from jsonb_to_recordset($2::jsonb) as i (ord integer, ids text[], audiences text[])`,
};

/** Null when there is no such tenant. */
export async function readKnowledgeState(database: Database, tenantId: string): Promise<KnowledgeState | null> {
  const [row] = await database.query(tenantId, STATE, [tenantId]);
  return row ? { version: numberOf(row, "knowledge_version"), model: nullableOf(row, "embedding_model"), embedder: nullableOf(row, "embedder"), prunedTo: numberOf(row, "knowledge_pruned_to") } : null;
}

/** Which of these are of a document that is served now, to one of the audiences. */
export async function readOpenChunks(database: Database, tenantId: string, audiences: readonly string[], ids: readonly string[]): Promise<Set<string>> {
  if (ids.length === 0 || audiences.length === 0) return new Set();
  const row = await database.batch(tenantId, OPEN, { key: randomUUID(), values: { ids, audiences } });
  return new Set(row === null ? [] : listOf(row, "open"));
}

/** The chunks of these ids, current or superseded, that one of the audiences may see; in no order. */
export async function readChunks(database: Database, tenantId: string, audiences: readonly string[], ids: readonly string[]): Promise<IndexChunk[]> {
  return (await database.query(tenantId, CHUNKS, [tenantId, ids, audiences])).map(indexChunkOf);
}

/** Null when there is no such document or none of the audiences may see it. */
export async function readDocument(database: Database, tenantId: string, audiences: readonly string[], id: string): Promise<DocumentRecord | null> {
  const [row] = await database.query(tenantId, DOCUMENT, [tenantId, id, audiences]);
  return row ? documentOf(row) : null;
}

/** The document as it was last when it held this text, served or not; null when none of the audiences may see it, or it never did. */
export async function readDocumentQuoted(database: Database, tenantId: string, audiences: readonly string[], { id, quote }: { id: string; quote: string }): Promise<DocumentRecord | null> {
  const [row] = await database.query(tenantId, DOCUMENT_QUOTED, [tenantId, id, audiences, quote]);
  return row ? documentOf(row) : null;
}

/** The places of those quotes that one of the audiences may read today; of a document that is gone its last audiences count. */
export async function readOpenQuotes(database: Database, tenantId: string, audiences: readonly string[], quotes: readonly { place: number; id: string; quote: string }[]): Promise<Set<number>> {
  return new Set((await database.query(tenantId, QUOTES, [tenantId, JSON.stringify(quotes), audiences])).map((row) => numberOf(row, "place")));
}

/** By path, from behind `after` on. */
export async function readDocumentPage(database: Database, tenantId: string, audiences: readonly string[], { after, limit }: { after: string | null; limit: number }): Promise<DocumentHead[]> {
  const rows = await database.query(tenantId, DOCUMENT_PAGE, [tenantId, audiences, after, limit]);
  return rows.map((row) => ({ id: textOf(row, "id"), path: textOf(row, "path"), title: textOf(row, "title"), updatedAt: textOf(row, "updated_at") }));
}

const warnings = z.array(z.object({ code: z.string(), message: z.string() }));

export function documentOf(row: Row): DocumentRecord {
  return {
    id: textOf(row, "id"), sourceId: textOf(row, "source_id"), path: textOf(row, "path"), uri: nullableOf(row, "uri"), title: textOf(row, "title"), language: textOf(row, "language"),
    audience: listOf(row, "audience"), product: nullableOf(row, "product"), brand: nullableOf(row, "brand"), body: textOf(row, "body"), format: textOf(row, "format"), revision: textOf(row, "revision"), warnings: warnings.parse(row["warnings"]), updatedAt: textOf(row, "updated_at"),
  };
}

export function indexChunkOf(row: Row): IndexChunk {
  const [title = "", ...path] = textOf(row, "heading").split(HEADING_SEPARATOR);
  return {
    chunkId: textOf(row, "id"),
    documentId: textOf(row, "document_id"),
    title,
    heading: path.join(HEADING_SEPARATOR),
    lead: textOf(row, "lead"),
    text: textOf(row, "body"),
    startOffset: numberOf(row, "start_offset"),
    audiences: listOf(row, "audience"),
    language: nullableOf(row, "language"),
    product: nullableOf(row, "product"),
    brand: nullableOf(row, "brand"),
    updatedAtMs: Date.parse(textOf(row, "updated_at")),
    vector: vectorOf(row["vector"]),
  };
}

/** Float32 little-endian, as it is stored; copied, since a row's bytes need not lie at a multiple of four. */
function vectorOf(value: unknown): Float32Array | null {
  return value instanceof Uint8Array ? new Float32Array(Uint8Array.from(value).buffer) : null;
}

function textOf(row: Row, column: string): string {
  return String(row[column]);
}

function nullableOf(row: Row, column: string): string | null {
  const value = row[column];
  return value === null || value === undefined ? null : String(value);
}

function numberOf(row: Row, column: string): number {
  return Number(row[column]);
}

function listOf(row: Row, column: string): string[] {
  const value = row[column];
  return Array.isArray(value) ? value.map(String) : [];
}
