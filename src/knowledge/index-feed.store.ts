import type { Database, Statement } from "../storage/database.ts";
import { indexChunkOf } from "./knowledge.store.ts";
import type { IndexChunk } from "./search-index.ts";

/** What the search index is made of: every chunk of a version, whoever may see it; never the input of an answer. */

/** Documents read at once: a reader that holds all of a large tenant's rows in one answer would stall the process. */
const PAGE = 500;

const HEADS: Statement = {
  name: "knowledge_feed_heads",
  text: `select id, from_version from document where tenant_id = $1 and from_version <= $2 and (to_version is null or to_version > $2) and id > $3 and ($4::text[] is null or id = any($4)) order by id limit ${PAGE}`,
};

const CHUNKS: Statement = {
  name: "knowledge_feed_chunks",
  text: `select c.id, c.document_id, c.heading, c.lead, c.body, c.start_offset, d.audience, d.language, d.product, d.brand, d.updated_at, v.vector
    from unnest($2::text[], $3::bigint[]) as wanted (id, from_version)
    join document d on d.tenant_id = $1 and d.id = wanted.id and d.from_version = wanted.from_version
    join chunk c on c.tenant_id = $1 and c.document_id = d.id and c.revision = d.revision
    left join chunk_vector v on v.tenant_id = $1 and v.model = $4 and v.text_hash = c.text_hash
    order by c.document_id, c.ordinal`,
};

// Documents that ended count too, and one that was changed both ended and began: it is taken out and put in. So is one that got vectors.
const TOUCHED: Statement = {
  name: "knowledge_feed_touched",
  text: `select id from document where tenant_id = $1 and from_version > $2 and from_version <= $3
    union select id from document where tenant_id = $1 and to_version > $2 and to_version <= $3
    union select c.document_id from chunk_vector v join chunk c on c.tenant_id = $1 and c.text_hash = v.text_hash where v.tenant_id = $1 and v.model = $4 and v.from_version > $2 and v.from_version <= $3 limit $5`,
};

const COUNT: Statement = { name: "knowledge_feed_count", text: "select count(*) as count from document where tenant_id = $1 and to_version is null" };

/** The chunks of what is alive at `version`, of all documents or of these, by document and place, in pages; with the vectors of `model`. */
export async function* readIndexChunks(database: Database, tenantId: string, { version, model, ids = null }: { version: number; model: string | null; ids?: readonly string[] | null }): AsyncGenerator<IndexChunk[]> {
  for (let after = ""; ; ) {
    const heads = await database.query(tenantId, HEADS, [tenantId, version, after, ids]);
    if (heads.length > 0) yield (await database.query(tenantId, CHUNKS, [tenantId, heads.map((head) => head["id"]), heads.map((head) => head["from_version"]), model])).map(indexChunkOf);
    if (heads.length < PAGE) return;
    after = String(heads.at(-1)?.["id"]);
  }
}

/** The documents that began, ended or got vectors of `model` after `since` and up to `version`; null when they are more than `most`. */
export async function readTouched(database: Database, tenantId: string, { since, version, model, most }: { since: number; version: number; model: string | null; most: number }): Promise<string[] | null> {
  const rows = await database.query(tenantId, TOUCHED, [tenantId, since, version, model, most + 1]);
  return rows.length > most ? null : rows.map((row) => String(row["id"]));
}

export async function countDocuments(database: Database, tenantId: string): Promise<number> {
  return Number((await database.query(tenantId, COUNT, [tenantId]))[0]?.["count"] ?? 0);
}
