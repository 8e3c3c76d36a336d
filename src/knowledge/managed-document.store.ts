import type { Database } from "../storage/database.ts";
import { documentOf, type DocumentRecord } from "./knowledge.store.ts";

/** SQL of documents as those see them who keep the knowledge: all of a tenant, whoever may read them. Never the input of an answer. */

export type ManagedHead = Omit<DocumentRecord, "body">;
export type ManagedChunk = { id: string; ordinal: number; heading: string; text: string; startOffset: number; endOffset: number };

/** By path, from behind `after` on; `query`: words of the title or the path. */
export async function listManagedDocuments(database: Database, tenantId: string, given: { sourceId: string | null; query: string | null; after: { path: string; id: string } | null; limit: number }): Promise<ManagedHead[]> {
  const rows = await database.query(
    tenantId,
    {
      name: "managed_documents",
      text: `select id, source_id, path, uri, title, language, audience, product, brand, format, revision, warnings, updated_at from document
        where tenant_id = $1 and to_version is null and ($2::text is null or source_id = $2) and ($3::text is null or position(lower($3) in lower(title || ' ' || path)) > 0) and ($4::text is null or (path, id) > ($4, $5))
        order by path, id limit $6`,
    },
    [tenantId, given.sourceId, given.query, given.after?.path ?? null, given.after?.id ?? "", given.limit],
  );
  return rows.map((row) => {
    const { body: _, ...head } = documentOf(row);
    return head;
  });
}

/** The document in that version, or as it is served now (`version` null), or as it was last served; null when there never was one. */
export async function readManagedDocument(database: Database, tenantId: string, { id, version }: { id: string; version: number | null }): Promise<{ document: DocumentRecord; fromVersion: number; toVersion: number | null; chunks: ManagedChunk[] } | null> {
  const [row] = await database.query(
    tenantId,
    { name: "managed_document", text: "select * from document where tenant_id = $1 and id = $2 and from_version >= 0 and ($3::bigint is null or (from_version <= $3 and (to_version is null or to_version > $3))) order by from_version desc limit 1" },
    [tenantId, id, version],
  );
  if (row === undefined) return null;
  const document = documentOf(row);
  const chunks = await database.query(tenantId, { name: "managed_chunks", text: "select id, ordinal, heading, body, start_offset, end_offset from chunk where tenant_id = $1 and document_id = $2 and revision = $3 order by ordinal" }, [tenantId, id, document.revision]);
  return {
    document, fromVersion: Number(row["from_version"]), toVersion: row["to_version"] === null ? null : Number(row["to_version"]),
    chunks: chunks.map((chunk) => ({ id: String(chunk["id"]), ordinal: Number(chunk["ordinal"]), heading: String(chunk["heading"]), text: String(chunk["body"]), startOffset: Number(chunk["start_offset"]), endOffset: Number(chunk["end_offset"]) })),
  };
}

/** How many documents are served, by source. */
export async function countDocumentsBySource(database: Database, tenantId: string): Promise<Map<string, number>> {
  const rows = await database.query(tenantId, { name: "managed_counts", text: "select source_id, count(*) as count from document where tenant_id = $1 and to_version is null group by source_id" }, [tenantId]);
  return new Map(rows.map((row) => [String(row["source_id"]), Number(row["count"])]));
}
