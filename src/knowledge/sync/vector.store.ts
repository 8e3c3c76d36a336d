import type { Database, TransactionQuery } from "../../storage/database.ts";
import { embeddedText } from "../snapshots/version.store.ts";

/** SQL of vectors. Every function reads or writes one tenant. */

/** Texts of what is served, or waits to be, that this model has not made vectors of, each once. */
export async function listTextsWithoutVector(database: Database, tenantId: string, { model, limit }: { model: string; limit: number }): Promise<{ textHash: string; text: string }[]> {
  const rows = await database.query(
    tenantId,
    {
      name: "vector_missing",
      text: `select distinct on (c.text_hash) c.text_hash, c.heading, c.lead, c.body from document d join chunk c on c.tenant_id = $1 and c.document_id = d.id and c.revision in (d.revision, d.next_revision)
        where d.tenant_id = $1 and d.to_version is null and not exists (select from chunk_vector v where v.tenant_id = $1 and v.model = $2 and v.text_hash = c.text_hash) order by c.text_hash limit $3`,
    },
    [tenantId, model, limit],
  );
  return rows.map((row) => ({ textHash: String(row["text_hash"]), text: embeddedText({ heading: String(row["heading"]), lead: String(row["lead"]), body: String(row["body"]) }) }));
}

/** As float32, little-endian; of the next knowledge version on. Under `lockKnowledge`. */
export async function putVectors(query: TransactionQuery, tenantId: string, model: string, vectors: readonly { textHash: string; vector: Float32Array }[]): Promise<void> {
  await query(
    `insert into chunk_vector (tenant_id, model, text_hash, vector, from_version) select $1, $2, v.text_hash, v.vector, t.knowledge_version + 1
     from tenant t, unnest($3::text[], $4::bytea[]) as v (text_hash, vector) where t.id = $1 on conflict do nothing`,
    [tenantId, model, vectors.map(({ textHash }) => textHash), vectors.map(({ vector }) => Buffer.from(vector.buffer, vector.byteOffset, vector.byteLength))],
  );
}

/** From now on vectors are to be made by this model alone; the last process that started decides. */
export async function wantEmbedder(database: Database, tenantId: string, model: string): Promise<void> {
  await database.query(tenantId, { name: "embedder_want", text: "update tenant set embedder = $2 where id = $1 and embedder is distinct from $2" }, [tenantId, model]);
}

/** Whether there are vectors of this model that no version has yet, or none of it is served at all. Under `lockKnowledge`. */
export async function hasNewVectors(query: TransactionQuery, tenantId: string, model: string): Promise<boolean> {
  const rows = await query(
    `select 1 from tenant t where t.id = $1 and coalesce(t.embedder, $2) = $2
       and (t.embedding_model is distinct from $2 or exists (select from chunk_vector v where v.tenant_id = $1 and v.model = $2 and v.from_version > t.knowledge_version))`,
    [tenantId, model],
  );
  return rows.length > 0;
}

/** From now on the index serves this model's vectors; those of others are no more needed. */
export async function serveVectors(query: TransactionQuery, tenantId: string, model: string): Promise<void> {
  await query("update tenant set embedding_model = $2 where id = $1", [tenantId, model]);
  await query("delete from chunk_vector where tenant_id = $1 and model <> $2", [tenantId, model]);
}
