import type { Database, TransactionQuery } from "../../storage/database.ts";
import { documentOf, type DocumentRecord } from "../knowledge.store.ts";

/** SQL of snapshots, versions and what changed between two. Every function reads or writes one tenant. */

/** A knowledge version with a name. `madeAt` ISO 8601 UTC. */
export type Snapshot = { name: string; version: number; note: string | null; madeBy: string; madeAt: string };

/** How a version came to be. `subject`: the sync, the source or the version that it comes from. */
export type VersionRecord = { version: number; reason: string; subject: string | null; madeBy: string; madeAt: string };

export async function listSnapshots(database: Database, tenantId: string): Promise<Snapshot[]> {
  const rows = await database.query(tenantId, { name: "snapshot_list", text: "select name, version, note, made_by, made_at from knowledge_snapshot where tenant_id = $1 order by made_at desc, name limit 1000" }, [tenantId]);
  return rows.map((row) => ({ name: String(row["name"]), version: Number(row["version"]), note: row["note"] === null ? null : String(row["note"]), madeBy: String(row["made_by"]), madeAt: String(row["made_at"]) }));
}

export async function findSnapshot(database: Database, tenantId: string, name: string): Promise<number | null> {
  const [row] = await database.query(tenantId, { name: "snapshot_find", text: "select version from knowledge_snapshot where tenant_id = $1 and name = $2" }, [tenantId, name]);
  return row ? Number(row["version"]) : null;
}

/** Returns the version that the name stands for, which is another when there was one of this name. */
export async function putSnapshot(query: TransactionQuery, tenantId: string, snapshot: { name: string; version: number; note: string | null; by: string; at: Date }): Promise<number> {
  await query("insert into knowledge_snapshot (tenant_id, name, version, note, made_by, made_at) values ($1, $2, $3, $4, $5, $6) on conflict do nothing", [tenantId, snapshot.name, snapshot.version, snapshot.note, snapshot.by, snapshot.at]);
  const [row] = await query("select version from knowledge_snapshot where tenant_id = $1 and name = $2", [tenantId, snapshot.name]);
  return Number(row?.["version"]);
}

/** Whether there was one; its documents stay. */
export async function deleteSnapshot(query: TransactionQuery, tenantId: string, name: string): Promise<boolean> {
  return (await query("delete from knowledge_snapshot where tenant_id = $1 and name = $2 returning name", [tenantId, name])).length > 0;
}

/** Newest first. */
export async function listVersions(database: Database, tenantId: string, { before, limit }: { before: number | null; limit: number }): Promise<VersionRecord[]> {
  const rows = await database.query(tenantId, { name: "knowledge_versions", text: "select version, reason, subject, made_by, made_at from knowledge_change where tenant_id = $1 and ($2::bigint is null or version < $2) order by version desc limit $3" }, [tenantId, before, limit]);
  return rows.map((row) => ({ version: Number(row["version"]), reason: String(row["reason"]), subject: row["subject"] === null ? null : String(row["subject"]), madeBy: String(row["made_by"]), madeAt: String(row["made_at"]) }));
}

export type ChangedDocument = { id: string; change: "added" | "changed" | "removed"; path: string; title: string };

// A revision's part before the dot is the content's; what was only cut in another way has not changed for people.
const ALIVE = (at: string) => `from_version <= ${at} and (to_version is null or to_version > ${at})`;

/** What differs between two versions, by path, from behind `after` on. */
export async function listChanges(database: Database, tenantId: string, { from, to, after, limit }: { from: number; to: number; after: string; limit: number }): Promise<ChangedDocument[]> {
  const rows = await database.query(
    tenantId,
    {
      name: "knowledge_changes",
      text: `with old as (select id, path, title, split_part(revision, '.', 1) as revision from document where tenant_id = $1 and ${ALIVE("$2")}), new as (select id, path, title, split_part(revision, '.', 1) as revision from document where tenant_id = $1 and ${ALIVE("$3")})
        select coalesce(new.id, old.id) as id, coalesce(new.path, old.path) as path, coalesce(new.title, old.title) as title, case when old.id is null then 'added' when new.id is null then 'removed' else 'changed' end as change
        from old full join new on new.id = old.id where old.revision is distinct from new.revision and coalesce(new.path, old.path) > $4 order by 2, 1 limit $5`,
    },
    [tenantId, from, to, after, limit],
  );
  return rows.map((row) => ({ id: String(row["id"]), change: row["change"] === "added" ? "added" : row["change"] === "removed" ? "removed" : "changed", path: String(row["path"]), title: String(row["title"]) }));
}

/** How many there are of each kind. */
export async function countChanges(database: Database, tenantId: string, { from, to }: { from: number; to: number }): Promise<{ added: number; changed: number; removed: number }> {
  const [row] = await database.query(
    tenantId,
    {
      name: "knowledge_change_counts",
      text: `with old as (select id, split_part(revision, '.', 1) as revision from document where tenant_id = $1 and ${ALIVE("$2")}), new as (select id, split_part(revision, '.', 1) as revision from document where tenant_id = $1 and ${ALIVE("$3")})
        select count(*) filter (where old.id is null) as added, count(*) filter (where new.id is null) as removed, count(*) filter (where old.revision <> new.revision) as changed from old full join new on new.id = old.id`,
    },
    [tenantId, from, to],
  );
  return { added: Number(row?.["added"] ?? 0), changed: Number(row?.["changed"] ?? 0), removed: Number(row?.["removed"] ?? 0) };
}

/** The document as it was in that version; null when it was not there. */
export async function readDocumentAt(database: Database, tenantId: string, { id, version }: { id: string; version: number }): Promise<DocumentRecord | null> {
  const [row] = await database.query(tenantId, { name: "knowledge_document_at", text: `select * from document where tenant_id = $1 and id = $2 and ${ALIVE("$3")}` }, [tenantId, id, version]);
  return row ? documentOf(row) : null;
}
