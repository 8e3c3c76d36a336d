import type { Database } from "../../src/storage/database.ts";

/** SQL of the benchmark's own embedding run. */

export type StoredText = { hash: string; text: string };

/** Every current chunk's text as it is embedded: where it stands, then what it says. */
export async function listTexts(database: Database, tenantId: string): Promise<StoredText[]> {
  const rows = await database.transaction(tenantId, (query) => query(
    `select distinct on (c.text_hash) c.text_hash, c.heading, c.body from chunk c join document d on d.tenant_id = c.tenant_id and d.id = c.document_id and d.revision = c.revision and d.to_version is null
     where c.tenant_id = $1 order by c.text_hash`, [tenantId]));
  return rows.map((row) => ({ hash: String(row["text_hash"]), text: `${String(row["heading"])}\n${String(row["body"])}` }));
}

export async function putVectors(database: Database, tenantId: string, model: string, texts: readonly StoredText[], vectors: readonly Float32Array[]): Promise<void> {
  const bytes = vectors.map((vector) => Buffer.from(vector.buffer, vector.byteOffset, vector.byteLength));
  await database.transaction(tenantId, (query) => query(
    "insert into chunk_vector (tenant_id, model, text_hash, vector) select $1, $2, made.hash, made.vector from unnest($3::text[], $4::bytea[]) as made (hash, vector) on conflict do nothing",
    [tenantId, model, texts.map(({ hash }) => hash), bytes]));
}

export async function serveVectors(database: Database, tenantId: string, model: string): Promise<void> {
  await database.transaction(tenantId, (query) => query("update tenant set embedding_model = $2, vector_version = vector_version + 1 where id = $1", [tenantId, model]));
}
