import type { Database, Row, Statement, TransactionQuery } from "../storage/database.ts";
import type { IndexChunk } from "./search-index.ts";

/** SQL of documents and chunks. Every function reads or writes one tenant. */

/** A document as it is served. `updatedAt` ISO 8601 UTC. */
export type DocumentRecord = {
  id: string;
  path: string;
  title: string;
  language: string;
  audience: string[];
  body: string;
  contentHash: string;
  updatedAt: string;
};

/** What a list says of a document. */
export type DocumentHead = Pick<DocumentRecord, "id" | "path" | "title" | "updatedAt">;

/** `heading` of a stored chunk is the title and the heading path, so that a chunk tells on its own what it was cut from. */
export type ChunkRecord = { id: string; ordinal: number; heading: string; body: string; startOffset: number; endOffset: number };

export const HEADING_SEPARATOR = " › ";

const VERSION: Statement = { name: "knowledge_version", text: "select knowledge_version from tenant where id = $1" };

const DOCUMENT: Statement = {
  name: "knowledge_document",
  text: "select id, path, title, language, audience, body, content_hash, updated_at from document where tenant_id = $1 and id = $2 and audience && $3::text[]",
};

const DOCUMENT_PAGE: Statement = {
  name: "knowledge_document_page",
  text: "select id, path, title, updated_at from document where tenant_id = $1 and audience && $2::text[] and ($3::text is null or path > $3) order by path limit $4",
};

const INDEX_CHUNKS: Statement = {
  name: "knowledge_index_chunks",
  text: `select id, document_id, heading, body, start_offset, audience from chunk
    where tenant_id = $1 and is_current order by document_id, ordinal`,
};

// A superseded chunk is shown as it was, but not to those the document has since been closed to.
const CHUNKS: Statement = {
  name: "knowledge_chunks",
  text: `select c.id, c.document_id, c.heading, c.body, c.start_offset, c.audience
    from chunk c left join document d on d.tenant_id = c.tenant_id and d.id = c.document_id
    where c.tenant_id = $1 and c.id = any($2::text[]) and c.audience && $3::text[] and (d.id is null or d.audience && $3::text[])`,
};

/** Null when there is no such tenant. */
export async function readKnowledgeVersion(database: Database, tenantId: string): Promise<number | null> {
  const [row] = await database.query(tenantId, VERSION, [tenantId]);
  return row ? numberOf(row, "knowledge_version") : null;
}

/** Every current chunk of the tenant, whoever may see it: input of the index, never of an answer. */
export async function readIndexChunks(database: Database, tenantId: string): Promise<IndexChunk[]> {
  return (await database.query(tenantId, INDEX_CHUNKS, [tenantId])).map(indexChunkOf);
}

/** The chunks of these ids, current or superseded, that one of the audiences may see; in no order. */
export async function readChunks(database: Database, tenantId: string, audiences: readonly string[], ids: readonly string[]): Promise<IndexChunk[]> {
  return (await database.query(tenantId, CHUNKS, [tenantId, ids, audiences])).map(indexChunkOf);
}

/** Null when there is no such document or none of the audiences may see it. */
export async function readDocument(database: Database, tenantId: string, audiences: readonly string[], id: string): Promise<DocumentRecord | null> {
  const [row] = await database.query(tenantId, DOCUMENT, [tenantId, id, audiences]);
  if (!row) return null;
  return {
    id: textOf(row, "id"),
    path: textOf(row, "path"),
    title: textOf(row, "title"),
    language: textOf(row, "language"),
    audience: listOf(row, "audience"),
    body: textOf(row, "body"),
    contentHash: textOf(row, "content_hash"),
    updatedAt: textOf(row, "updated_at"),
  };
}

/** By path, from behind `after` on. */
export async function readDocumentPage(database: Database, tenantId: string, audiences: readonly string[], { after, limit }: { after: string | null; limit: number }): Promise<DocumentHead[]> {
  const rows = await database.query(tenantId, DOCUMENT_PAGE, [tenantId, audiences, after, limit]);
  return rows.map((row) => ({ id: textOf(row, "id"), path: textOf(row, "path"), title: textOf(row, "title"), updatedAt: textOf(row, "updated_at") }));
}

/** One import at a time for a tenant; held to the end of the transaction. */
export async function lockKnowledge(query: TransactionQuery, tenantId: string): Promise<void> {
  await query("select pg_advisory_xact_lock(hashtextextended('baton.knowledge.' || $1, 0))", [tenantId]);
}

/** The content hash of every document, by path. */
export async function readContentHashes(query: TransactionQuery, tenantId: string): Promise<Map<string, string>> {
  const rows = await query("select path, content_hash from document where tenant_id = $1", [tenantId]);
  return new Map(rows.map((row) => [textOf(row, "path"), textOf(row, "content_hash")]));
}

/** Writes the document and makes exactly these chunks its current ones; earlier ones are kept as superseded. */
export async function putDocument(query: TransactionQuery, tenantId: string, document: DocumentRecord, chunks: readonly ChunkRecord[]): Promise<void> {
  await query(
    `insert into document (tenant_id, id, path, title, language, audience, body, content_hash, updated_at) values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
     on conflict (tenant_id, id) do update set path = excluded.path, title = excluded.title, language = excluded.language, audience = excluded.audience,
       body = excluded.body, content_hash = excluded.content_hash, updated_at = excluded.updated_at`,
    [tenantId, document.id, document.path, document.title, document.language, document.audience, document.body, document.contentHash, document.updatedAt],
  );
  await query("update chunk set is_current = false where tenant_id = $1 and document_id = $2 and is_current", [tenantId, document.id]);
  await query(
    `insert into chunk (tenant_id, id, document_id, ordinal, heading, body, start_offset, end_offset, audience, is_current)
     select $1, part.id, $2, part.ordinal, part.heading, part.body, part.start_offset, part.end_offset, $3::text[], true
     from unnest($4::text[], $5::int[], $6::text[], $7::text[], $8::int[], $9::int[]) as part (id, ordinal, heading, body, start_offset, end_offset)
     on conflict (tenant_id, id) do update set is_current = true`,
    [
      tenantId, document.id, document.audience, chunks.map((chunk) => chunk.id), chunks.map((chunk) => chunk.ordinal), chunks.map((chunk) => chunk.heading),
      chunks.map((chunk) => chunk.body), chunks.map((chunk) => chunk.startOffset), chunks.map((chunk) => chunk.endOffset),
    ],
  );
}

/** Takes the document out; its chunks stay, superseded, for the answers that cite them. */
export async function removeDocument(query: TransactionQuery, tenantId: string, path: string): Promise<void> {
  await query(
    `with gone as (delete from document where tenant_id = $1 and path = $2 returning id)
     update chunk set is_current = false from gone where chunk.tenant_id = $1 and chunk.document_id = gone.id`,
    [tenantId, path],
  );
}

/** The new version; null when there is no such tenant. */
export async function raiseKnowledgeVersion(query: TransactionQuery, tenantId: string): Promise<number | null> {
  const [row] = await query("update tenant set knowledge_version = knowledge_version + 1 where id = $1 returning knowledge_version", [tenantId]);
  return row ? numberOf(row, "knowledge_version") : null;
}

function indexChunkOf(row: Row): IndexChunk {
  const [title = "", ...path] = textOf(row, "heading").split(HEADING_SEPARATOR);
  return {
    chunkId: textOf(row, "id"),
    documentId: textOf(row, "document_id"),
    title,
    heading: path.join(HEADING_SEPARATOR),
    text: textOf(row, "body"),
    startOffset: numberOf(row, "start_offset"),
    audiences: listOf(row, "audience"),
  };
}

function textOf(row: Row, column: string): string {
  return String(row[column]);
}

function numberOf(row: Row, column: string): number {
  return Number(row[column]);
}

function listOf(row: Row, column: string): string[] {
  const value = row[column];
  return Array.isArray(value) ? value.map(String) : [];
}
