import type { Database, TransactionQuery } from "../../storage/database.ts";

/** SQL of documents that are cut anew. Every function reads or writes one tenant. */

/** From now on all chunks are to be made by this chunker; the last process that started decides. */
export async function wantChunker(database: Database, tenantId: string, chunker: string): Promise<void> {
  await database.query(tenantId, { name: "chunker_want", text: "update tenant set chunker = $2 where id = $1 and chunker is distinct from $2" }, [tenantId, chunker]);
}

/** Whether it is still wanted, and something served was cut in another way. */
export async function needsRechunk(database: Database, tenantId: string, chunker: string): Promise<boolean> {
  const rows = await database.query(tenantId, { name: "chunker_needs", text: "select 1 from tenant t where t.id = $1 and t.chunker = $2 and exists (select from document d where d.tenant_id = $1 and d.to_version is null and d.chunker <> $2)" }, [tenantId, chunker]);
  return rows.length > 0;
}

export type UncutDocument = { id: string; fromVersion: number; revision: string; title: string; body: string };

/** What is served, was cut in another way and does not wait for the switch yet. */
export async function listUncut(database: Database, tenantId: string, { chunker, limit }: { chunker: string; limit: number }): Promise<UncutDocument[]> {
  const rows = await database.query(
    tenantId,
    { name: "chunker_uncut", text: "select id, from_version, revision, title, body from document where tenant_id = $1 and to_version is null and chunker <> $2 and next_chunker is distinct from $2 order by id limit $3" },
    [tenantId, chunker, limit],
  );
  return rows.map((row) => ({ id: String(row["id"]), fromVersion: Number(row["from_version"]), revision: String(row["revision"]), title: String(row["title"]), body: String(row["body"]) }));
}

/** These wait for the switch with their new chunks; one that has changed since does not. */
export async function putNext(query: TransactionQuery, tenantId: string, chunker: string, of: readonly { id: string; fromVersion: number; revision: string }[]): Promise<void> {
  await query(
    `update document d set next_revision = n.revision, next_chunker = $2 from unnest($3::text[], $4::bigint[], $5::text[]) as n (id, from_version, revision)
     where d.tenant_id = $1 and d.id = n.id and d.from_version = n.from_version and d.to_version is null`,
    [tenantId, chunker, of.map(({ id }) => id), of.map(({ fromVersion }) => fromVersion), of.map(({ revision }) => revision)],
  );
}

/** Texts of what waits that the served model has made no vector of; 0 where the index goes by words alone. */
export async function countWaitingVectors(database: Database, tenantId: string): Promise<number> {
  const [row] = await database.query(
    tenantId,
    {
      name: "chunker_vectors",
      text: `select count(distinct c.text_hash) as count from tenant t join document d on d.tenant_id = $1 and d.to_version is null and d.next_revision is not null
          join chunk c on c.tenant_id = $1 and c.document_id = d.id and c.revision = d.next_revision
        where t.id = $1 and t.embedding_model is not null and not exists (select from chunk_vector v where v.tenant_id = $1 and v.model = t.embedding_model and v.text_hash = c.text_hash)`,
    },
    [tenantId],
  );
  return Number(row?.["count"] ?? 0);
}

export async function countWaiting(query: TransactionQuery, tenantId: string, chunker: string): Promise<number> {
  return Number((await query("select count(*) as count from document where tenant_id = $1 and to_version is null and next_revision is not null and next_chunker = $2", [tenantId, chunker]))[0]?.["count"] ?? 0);
}

/** From `version` on, what waits is served by its new chunks. */
export async function switchDocuments(query: TransactionQuery, tenantId: string, { version, chunker }: { version: number; chunker: string }): Promise<void> {
  await query("update document set to_version = $2 where tenant_id = $1 and to_version is null and next_revision is not null and next_chunker = $3", [tenantId, version, chunker]);
  await query(
    `insert into document (tenant_id, id, from_version, source_id, item, path, uri, title, language, audience, product, brand, body, format, revision, fingerprint, warnings, updated_at, chunker)
     select tenant_id, id, $2, source_id, item, path, uri, title, language, audience, product, brand, body, format, next_revision, fingerprint, warnings, updated_at, next_chunker
     from document where tenant_id = $1 and to_version = $2 and next_revision is not null and next_chunker = $3`,
    [tenantId, version, chunker],
  );
  await query("update document set next_revision = null, next_chunker = null where tenant_id = $1 and to_version = $2", [tenantId, version]);
}
