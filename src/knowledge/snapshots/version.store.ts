import type { Row, TransactionQuery } from "../../storage/database.ts";
import { sha256 } from "../../lib/sha256.ts";
import { unknownTenant } from "../knowledge.errors.ts";
import type { ChunkRecord, DocumentRecord } from "../knowledge.store.ts";

/** SQL that makes knowledge versions. All of it runs in the caller's transaction, under `lockKnowledge`. */

/** A document as its source's item. `fingerprint`: what the source said of the item, null to take it again next time. `chunker`: what cut it. */
export type StoredDocument = DocumentRecord & { item: string; fingerprint: string | null; chunker: string };

/** Why there is a new version. `subject`: the sync, the snapshot or the version it comes from. */
export type VersionChange = { reason: "sync" | "rollback" | "rechunk" | "embed" | "source_removed" | "source_changed"; subject: string | null; by: string; at: Date };

/** One change of a tenant's documents at a time; held to the end of the transaction. */
export async function lockKnowledge(query: TransactionQuery, tenantId: string): Promise<void> {
  await query("select pg_advisory_xact_lock(hashtextextended('baton.knowledge.' || $1, 0))", [tenantId]);
}

/** Begins the next version and returns its number. Throws `knowledge.unknown_tenant`. */
export async function openVersion(query: TransactionQuery, tenantId: string, change: VersionChange): Promise<number> {
  const [row] = await query("update tenant set knowledge_version = knowledge_version + 1 where id = $1 returning knowledge_version", [tenantId]);
  if (row === undefined) throw unknownTenant({ details: { tenantId } });
  const version = Number(row["knowledge_version"]);
  await query("insert into knowledge_change (tenant_id, version, reason, subject, made_by, made_at) values ($1, $2, $3, $4, $5, $6)", [tenantId, version, change.reason, change.subject, change.by, change.at]);
  return version;
}

/** The newest version. Throws `knowledge.unknown_tenant`. */
export async function readVersion(query: TransactionQuery, tenantId: string): Promise<number> {
  const [row] = await query("select knowledge_version from tenant where id = $1", [tenantId]);
  if (row === undefined) throw unknownTenant({ details: { tenantId } });
  return Number(row["knowledge_version"]);
}

/** What is served now, by document id: its revision, and for whom it is, which may have changed without it. */
export async function readServed(query: TransactionQuery, tenantId: string, ids: readonly string[]): Promise<Map<string, { revision: string; audience: string[] }>> {
  const rows = await query("select id, revision, audience from document where tenant_id = $1 and id = any($2::text[]) and to_version is null", [tenantId, ids]);
  return new Map(rows.map((row) => [String(row["id"]), { revision: String(row["revision"]), audience: Array.isArray(row["audience"]) ? row["audience"].map(String) : [] }]));
}

/** Makes these the documents of their ids from `version` on; each id once a version. */
export async function putDocuments(query: TransactionQuery, tenantId: string, version: number, documents: readonly StoredDocument[]): Promise<void> {
  await closeDocuments(query, tenantId, version, documents.map((document) => document.id));
  const rows = documents.map(({ sourceId, updatedAt, ...rest }) => ({ ...rest, source_id: sourceId, updated_at: updatedAt }));
  await query(
    `insert into document (tenant_id, from_version, id, source_id, item, path, uri, title, language, audience, product, brand, body, format, revision, fingerprint, warnings, updated_at, chunker)
     select $1, $2, d.* from jsonb_to_recordset($3::jsonb) as d (id text, source_id text, item text, path text, uri text, title text, language text, audience text[], product text, brand text, body text, format text, revision text, fingerprint text, warnings jsonb, updated_at timestamptz, chunker text)`,
    [tenantId, version, JSON.stringify(rows)],
  );
}

/** Chunks that were there before stay as they are: they follow from the revision. */
export async function putChunks(query: TransactionQuery, tenantId: string, of: readonly { documentId: string; revision: string; chunks: readonly ChunkRecord[] }[]): Promise<void> {
  const rows = of.flatMap(({ documentId, revision, chunks }) =>
    chunks.map((chunk) => ({ id: chunk.id, document_id: documentId, revision, ordinal: chunk.ordinal, heading: chunk.heading, lead: chunk.lead, body: chunk.body, text_hash: textHashOf(chunk), start_offset: chunk.startOffset, end_offset: chunk.endOffset })),
  );
  await query(
    `insert into chunk (tenant_id, id, document_id, revision, ordinal, heading, lead, body, text_hash, start_offset, end_offset)
     select $1, c.* from jsonb_to_recordset($2::jsonb) as c (id text, document_id text, revision text, ordinal integer, heading text, lead text, body text, text_hash text, start_offset integer, end_offset integer)
     on conflict (tenant_id, id) do nothing`,
    [tenantId, JSON.stringify(rows)],
  );
}

/** What a chunk is embedded by. */
export function embeddedText({ heading, lead, body }: Pick<ChunkRecord, "heading" | "lead" | "body">): string {
  return lead === "" ? `${heading}\n${body}` : `${heading}\n${lead}\n${body}`;
}

function textHashOf(chunk: Pick<ChunkRecord, "heading" | "lead" | "body">): string {
  return sha256(embeddedText(chunk));
}

/** The part of a revision that stays when a document is only cut in another way; see `revisionOf`. */
const CONTENT = (revision: string) => `split_part(${revision}, '.', 1)`;

/** Takes the documents out from `version` on; their chunks stay for the answers that cite them. */
export async function closeDocuments(query: TransactionQuery, tenantId: string, version: number, ids: readonly string[]): Promise<void> {
  await query("update document set to_version = $2 where tenant_id = $1 and id = any($3::text[]) and to_version is null", [tenantId, version, ids]);
}

/** From `version` on these documents are for another audience, with the same texts and chunks; the next sync makes them anew. */
export async function readdressDocuments(query: TransactionQuery, tenantId: string, version: number, ids: readonly string[], audience: readonly string[]): Promise<void> {
  await closeDocuments(query, tenantId, version, ids);
  await query(
    `insert into document (tenant_id, id, from_version, source_id, item, path, uri, title, language, audience, product, brand, body, format, revision, fingerprint, warnings, updated_at, chunker)
     select tenant_id, id, $2, source_id, item, path, uri, title, language, $4::text[], product, brand, body, format, revision, null, warnings, updated_at, chunker
     from document where tenant_id = $1 and to_version = $2 and id = any($3::text[])`,
    [tenantId, version, ids, audience],
  );
}

/** The source says something else of an item that has not changed: it is not taken again for that. */
export async function setFingerprints(query: TransactionQuery, tenantId: string, of: readonly { id: string; fingerprint: string | null }[]): Promise<void> {
  await query("update document d set fingerprint = f.fingerprint from unnest($2::text[], $3::text[]) as f (id, fingerprint) where d.tenant_id = $1 and d.id = f.id and d.to_version is null", [tenantId, of.map(({ id }) => id), of.map(({ fingerprint }) => fingerprint)]);
}

/**
 * Makes `version` equal to `target`, or only its documents of one source; what was only cut in another way since stays. Fingerprints are forgotten, so that the next sync
 * looks at every item again. Nobody is shown a document by it who was not when it was last served: rights are not gone back to.
 * Returns how many documents came back or went.
 */
export async function restoreVersion(query: TransactionQuery, tenantId: string, { version, target, sourceId }: { version: number; target: number; sourceId: string | null }): Promise<{ restored: number; removed: number }> {
  const differing = `with old as (select * from document where tenant_id = $1 and from_version <= $2 and (to_version is null or to_version > $2) and ($3::text is null or source_id = $3)),
    now as (select * from document where tenant_id = $1 and to_version is null and ($3::text is null or source_id = $3))`;
  const back = await query(`${differing} select old.id, old.from_version from old left join now on now.id = old.id where now.id is null or ${CONTENT("now.revision")} <> ${CONTENT("old.revision")}`, [tenantId, target, sourceId]);
  const gone = await query(`${differing} select now.id from now where not exists (select from old where old.id = now.id)`, [tenantId, target, sourceId]);
  await closeDocuments(query, tenantId, version, [...back, ...gone].map((row) => String(row["id"])));
  await query(
    `insert into document (tenant_id, id, from_version, source_id, item, path, uri, title, language, audience, product, brand, body, format, revision, fingerprint, warnings, updated_at, chunker)
     select d.tenant_id, d.id, $2, d.source_id, d.item, d.path, d.uri, d.title, d.language, coalesce(nullif(array(select a from unnest(d.audience) a where a = any(last.audience)), '{}'), last.audience), d.product, d.brand, d.body, d.format, d.revision, null, d.warnings, d.updated_at, d.chunker
     from unnest($3::text[], $4::bigint[]) as b (id, from_version) join document d on d.tenant_id = $1 and d.id = b.id and d.from_version = b.from_version
     join lateral (select l.audience from document l where l.tenant_id = $1 and l.id = b.id order by l.from_version desc limit 1) last on true`,
    [tenantId, version, back.map((row) => row["id"]), back.map(versionOf)],
  );
  return { restored: back.length, removed: gone.length };
}

function versionOf(row: Row): number {
  return Number(row["from_version"]);
}
