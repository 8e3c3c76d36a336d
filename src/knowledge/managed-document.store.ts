import type { Database } from "../storage/database.ts";
import { documentOf, type DocumentRecord } from "./knowledge.store.ts";

/** SQL of documents as those see them who keep the knowledge: all of a tenant, whoever may read them. Never the input of an answer. */

export type ManagedHead = Omit<DocumentRecord, "body">;
export type ManagedChunk = { id: string; ordinal: number; heading: string; lead: string; text: string; startOffset: number; endOffset: number };

/** `query`: words of the title or the path. `hasWarnings`: only those that were not read without loss. */
export type ManagedFilter = { sourceId: string | null; query: string | null; audience?: string | null; language?: string | null; hasWarnings?: boolean };

/** By path, from behind `after` on. */
export async function listManagedDocuments(database: Database, tenantId: string, given: ManagedFilter & { after: { path: string; id: string } | null; limit: number }): Promise<ManagedHead[]> {
  const rows = await database.query(
    tenantId,
    {
      name: "managed_documents",
      text: `select id, source_id, path, uri, title, language, audience, product, brand, format, revision, warnings, updated_at from document
        where tenant_id = $1 and to_version is null and ($2::text is null or source_id = $2) and ($3::text is null or position(lower($3) in lower(title || ' ' || path)) > 0) and ($4::text is null or (path, id) > ($4, $5))
          and ($7::text is null or $7 = any(audience)) and ($8::text is null or language = $8) and (not $9::boolean or jsonb_array_length(warnings) > 0)
        order by path, id limit $6`,
    },
    [tenantId, given.sourceId, given.query, given.after?.path ?? null, given.after?.id ?? "", given.limit, given.audience ?? null, given.language ?? null, given.hasWarnings ?? false],
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
  const chunks = await database.query(tenantId, { name: "managed_chunks", text: "select id, ordinal, heading, lead, body, start_offset, end_offset from chunk where tenant_id = $1 and document_id = $2 and revision = $3 order by ordinal" }, [tenantId, id, document.revision]);
  return {
    document, fromVersion: Number(row["from_version"]), toVersion: row["to_version"] === null ? null : Number(row["to_version"]),
    chunks: chunks.map((chunk) => ({ id: String(chunk["id"]), ordinal: Number(chunk["ordinal"]), heading: String(chunk["heading"]), lead: String(chunk["lead"]), text: String(chunk["body"]), startOffset: Number(chunk["start_offset"]), endOffset: Number(chunk["end_offset"]) })),
  };
}

/** When a document was served in which form, newest first. `madeAt`, `madeBy`, `reason`: of the knowledge version it began with. */
export type DocumentVersion = { fromVersion: number; toVersion: number | null; title: string; reason: string; madeBy: string; madeAt: string };

export async function listDocumentVersions(database: Database, tenantId: string, id: string): Promise<DocumentVersion[]> {
  const rows = await database.query(
    tenantId,
    {
      name: "managed_document_versions",
      text: `select d.from_version, d.to_version, d.title, coalesce(c.reason, '') as reason, coalesce(c.made_by, '') as made_by, coalesce(c.made_at, d.updated_at) as made_at
        from document d left join knowledge_change c on c.tenant_id = d.tenant_id and c.version = d.from_version
        where d.tenant_id = $1 and d.id = $2 and d.from_version >= 0 order by d.from_version desc limit 200`,
    },
    [tenantId, id],
  );
  return rows.map((row) => ({ fromVersion: Number(row["from_version"]), toVersion: row["to_version"] === null ? null : Number(row["to_version"]), title: String(row["title"]), reason: String(row["reason"]), madeBy: String(row["made_by"]), madeAt: String(row["made_at"]) }));
}

/** What documents may be told apart by. */
export async function listFacets(database: Database, tenantId: string): Promise<{ audiences: string[]; languages: string[]; products: string[]; brands: string[] }> {
  const [row] = await database.query(
    tenantId,
    {
      name: "managed_facets",
      text: `with alive as (select audience, language, product, brand from document where tenant_id = $1 and to_version is null)
        select coalesce((select array_agg(distinct each order by each) from alive, unnest(audience) as each), '{}') as audiences,
          coalesce((select array_agg(distinct language order by language) from alive), '{}') as languages,
          coalesce((select array_agg(distinct product order by product) from alive where product is not null), '{}') as products,
          coalesce((select array_agg(distinct brand order by brand) from alive where brand is not null), '{}') as brands`,
    },
    [tenantId],
  );
  return { audiences: textsOf(row?.["audiences"]), languages: textsOf(row?.["languages"]), products: textsOf(row?.["products"]), brands: textsOf(row?.["brands"]) };
}

function textsOf(value: unknown): string[] {
  return Array.isArray(value) ? value.map(String) : [];
}

/** How many documents are served, by source. */
export async function countDocumentsBySource(database: Database, tenantId: string): Promise<Map<string, number>> {
  const rows = await database.query(tenantId, { name: "managed_counts", text: "select source_id, count(*) as count from document where tenant_id = $1 and to_version is null group by source_id" }, [tenantId]);
  return new Map(rows.map((row) => [String(row["source_id"]), Number(row["count"])]));
}
