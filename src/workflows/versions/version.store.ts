import { z } from "zod";
import type { Database, TransactionQuery } from "../../storage/database.ts";

const member = z.object({ namespace: z.string(), name: z.string(), version: z.string(), hash: z.string() });
export type Member = z.infer<typeof member>;

const publishRow = z.object({ id: z.string(), number: z.number(), set_hash: z.string(), members: z.array(member), note: z.string().nullable(), previous_id: z.string().nullable(), published_at: z.string(), published_by: z.string(), is_active: z.boolean(), knowledge_snapshot: z.string().nullable() });
/** `knowledge_snapshot`: what was served of the knowledge when it was published; null: before there were such. */
export type PublishRow = z.infer<typeof publishRow>;

const versionRow = z.object({ hash: z.string(), namespace: z.string(), name: z.string(), version: z.string(), file: z.string(), published_at: z.string(), published_by: z.string(), is_active: z.boolean() });
export type VersionRow = z.infer<typeof versionRow>;

export type NewVersion = Member & { file: string; text: string };

/** One publish at a time per tenant; others wait for it. */
export async function lockPublishing(query: TransactionQuery, tenantId: string): Promise<void> {
  await query("select pg_advisory_xact_lock(hashtextextended($1, 7))", [`${tenantId}/publish`]);
}

/** Versions are kept for ever; one that is known already stays as it was. */
export async function insertVersions(query: TransactionQuery, tenantId: string, versions: readonly NewVersion[], by: string, at: Date): Promise<void> {
  await query(
    `insert into workflow_version (tenant_id, hash, namespace, name, version, file, text, published_at, published_by, is_active)
      select $1, v.*, $8, $9, false from unnest($2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[]) as v on conflict (tenant_id, hash) do nothing`,
    [tenantId, ...(["hash", "namespace", "name", "version", "file", "text"] as const).map((column) => versions.map((each) => each[column])), at, by],
  );
}

/** Makes exactly these versions the active ones. */
export async function activateVersions(query: TransactionQuery, tenantId: string, hashes: readonly string[]): Promise<void> {
  await query("update workflow_version set is_active = false where tenant_id = $1 and is_active and hash <> all ($2::text[])", [tenantId, [...hashes]]);
  await query("update workflow_version set is_active = true where tenant_id = $1 and not is_active and hash = any ($2::text[])", [tenantId, [...hashes]]);
}

export async function insertPublish(query: TransactionQuery, tenantId: string, publish: Omit<PublishRow, "is_active" | "published_at"> & { at: Date }): Promise<void> {
  await query("update workflow_publish set is_active = false where tenant_id = $1 and is_active", [tenantId]);
  await query("insert into workflow_publish (tenant_id, id, number, set_hash, members, note, published_at, published_by, previous_id, is_active, knowledge_snapshot) values ($1, $2, $3, $4, $5::jsonb, $6, $7, $8, $9, true, $10)", [
    tenantId, publish.id, publish.number, publish.set_hash, JSON.stringify(publish.members), publish.note, publish.at, publish.published_by, publish.previous_id, publish.knowledge_snapshot,
  ]);
}

export async function activatePublish(query: TransactionQuery, tenantId: string, id: string): Promise<void> {
  await query("update workflow_publish set is_active = false where tenant_id = $1 and is_active and id <> $2", [tenantId, id]);
  await query("update workflow_publish set is_active = true where tenant_id = $1 and id = $2", [tenantId, id]);
}

const PUBLISH_FIELDS = "id, number, set_hash, members, note, previous_id, published_at, published_by, is_active, knowledge_snapshot";

export async function readPublishes(query: TransactionQuery, tenantId: string): Promise<PublishRow[]> {
  return (await query(`select ${PUBLISH_FIELDS} from workflow_publish where tenant_id = $1 order by number desc`, [tenantId])).map((row) => publishRow.parse(row));
}

/** Newest first. */
export async function listPublishes(database: Database, tenantId: string, limit: number): Promise<PublishRow[]> {
  const rows = await database.query(tenantId, { name: "workflow_publish_list", text: `select ${PUBLISH_FIELDS} from workflow_publish where tenant_id = $1 order by number desc limit $2` }, [tenantId, limit]);
  return rows.map((row) => publishRow.parse(row));
}

const TEXT = { name: "workflow_version_text", text: "select file, text from workflow_version where tenant_id = $1 and hash = $2" };

export async function readVersionText(database: Database, tenantId: string, hash: string): Promise<{ file: string; text: string } | null> {
  const row = (await database.query(tenantId, TEXT, [tenantId, hash]))[0];
  return row === undefined ? null : { file: String(row["file"]), text: String(row["text"]) };
}

const VERSION_FIELDS = "hash, namespace, name, version, file, published_at, published_by, is_active";

/** All versions of one workflow (any namespace without one), or of all workflows; newest first. */
export async function listVersions(database: Database, tenantId: string, filter: { namespace?: string; name?: string }): Promise<VersionRow[]> {
  const rows = await database.query(
    tenantId,
    { name: "workflow_version_list", text: `select ${VERSION_FIELDS} from workflow_version where tenant_id = $1 and ($2::text is null or namespace = $2) and ($3::text is null or name = $3) order by published_at desc, hash limit 5000` },
    [tenantId, filter.namespace ?? null, filter.name ?? null],
  );
  return rows.map((row) => versionRow.parse(row));
}

const ACTIVE = { name: "workflow_version_active", text: `select ${VERSION_FIELDS} from workflow_version where tenant_id = $1 and is_active order by namespace, name` };

export async function listActive(database: Database, tenantId: string): Promise<VersionRow[]> {
  return (await database.query(tenantId, ACTIVE, [tenantId])).map((row) => versionRow.parse(row));
}

/** Every version that was ever published, as it is known within this transaction. */
export async function readAllVersions(query: TransactionQuery, tenantId: string): Promise<Member[]> {
  return (await query("select namespace, name, version, hash from workflow_version where tenant_id = $1", [tenantId])).map((row) => member.parse(row));
}

/** The documents of the active versions as they are within this transaction. */
export async function readActiveTexts(query: TransactionQuery, tenantId: string): Promise<{ file: string; text: string }[]> {
  const rows = await query("select file, text from workflow_version where tenant_id = $1 and is_active order by namespace, name", [tenantId]);
  return rows.map((row) => ({ file: String(row["file"]), text: String(row["text"]) }));
}

const RESOLVE = {
  name: "workflow_version_resolve",
  text: "select hash from workflow_version where tenant_id = $1 and namespace = $2 and name = $3 and version = $4 order by is_active desc, published_at desc limit 1",
};

/** The hash of a version by its own number: the active one of that number, else the one published last. */
export async function resolveVersion(database: Database, tenantId: string, workflow: { namespace: string; name: string; version: string }): Promise<string | null> {
  const row = (await database.query(tenantId, RESOLVE, [tenantId, workflow.namespace, workflow.name, workflow.version]))[0];
  return typeof row?.["hash"] === "string" ? row["hash"] : null;
}

const BY_PREFIX = { name: "workflow_version_prefix", text: "select hash, file, text from workflow_version where tenant_id = $1 and starts_with(hash, $2) limit 2" };

/** Versions whose hash begins so; two at most, which is enough to see that the beginning is too short. */
export async function findVersionTexts(database: Database, tenantId: string, prefix: string): Promise<{ hash: string; file: string; text: string }[]> {
  return (await database.query(tenantId, BY_PREFIX, [tenantId, prefix])).map((row) => ({ hash: String(row["hash"]), file: String(row["file"]), text: String(row["text"]) }));
}

/** A version's text by the beginning of its hash; null when none or several begin so. */
export async function findVersionText(database: Database, tenantId: string, prefix: string): Promise<{ hash: string; file: string; text: string } | null> {
  const [found, other] = await findVersionTexts(database, tenantId, prefix);
  return other === undefined ? (found ?? null) : null;
}
