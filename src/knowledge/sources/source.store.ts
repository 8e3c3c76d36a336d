import { z } from "zod";
import type { Database, Row, TransactionQuery } from "../../storage/database.ts";
import { sourceDefaults, sourceSchedule, type Source } from "./source.ts";

/** SQL of sources and of the files given to them. Every function reads or writes one tenant. */

const row = z.object({
  id: z.string(), kind: z.string(), settings: z.unknown(), defaults: sourceDefaults, schedule: sourceSchedule.nullable(), stale_after_minutes: z.number().nullable(), is_declared: z.boolean(), is_paused: z.boolean(),
  next_at: z.string().nullable(), last_ok_at: z.string().nullable(), created_at: z.string(), updated_at: z.string(),
});

export function sourceOf(given: Row): Source {
  const read = row.parse(given);
  return {
    id: read.id, kind: read.kind, settings: read.settings, defaults: read.defaults, schedule: read.schedule, staleAfterMinutes: read.stale_after_minutes, isDeclared: read.is_declared, isPaused: read.is_paused,
    nextAt: read.next_at, lastOkAt: read.last_ok_at, createdAt: read.created_at, updatedAt: read.updated_at,
  };
}

export async function findSource(database: Database, tenantId: string, id: string): Promise<Source | null> {
  const [found] = await database.query(tenantId, { name: "source_find", text: "select * from source where tenant_id = $1 and id = $2" }, [tenantId, id]);
  return found ? sourceOf(found) : null;
}

/** The source, held to the end of the transaction; null: there is none. */
export async function lockSource(query: TransactionQuery, tenantId: string, id: string): Promise<Source | null> {
  const [found] = await query("select * from source where tenant_id = $1 and id = $2 for update", [tenantId, id]);
  return found ? sourceOf(found) : null;
}

/** By name; there are few. */
export async function listSources(database: Database, tenantId: string): Promise<Source[]> {
  return (await database.query(tenantId, { name: "source_list", text: "select * from source where tenant_id = $1 order by id limit 1000" }, [tenantId])).map(sourceOf);
}

export type NewSource = Pick<Source, "id" | "kind" | "settings" | "defaults" | "schedule" | "staleAfterMinutes" | "isDeclared" | "isPaused"> & { nextAt: Date | null };

/** Makes the source, or makes it what is given. Returns whether it was made. */
export async function putSource(query: TransactionQuery, tenantId: string, source: NewSource, at: Date): Promise<boolean> {
  const [put] = await query(
    `insert into source (tenant_id, id, kind, settings, defaults, schedule, stale_after_minutes, is_declared, is_paused, next_at, created_at, updated_at)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $11)
     on conflict (tenant_id, id) do update set kind = excluded.kind, settings = excluded.settings, defaults = excluded.defaults, stale_after_minutes = excluded.stale_after_minutes,
       is_declared = excluded.is_declared, is_paused = excluded.is_paused, updated_at = excluded.updated_at, schedule = excluded.schedule,
       next_at = case when source.schedule is distinct from excluded.schedule or source.is_paused <> excluded.is_paused then excluded.next_at else source.next_at end
     returning (xmax = 0) as is_new`,
    [tenantId, source.id, source.kind, JSON.stringify(source.settings), JSON.stringify(source.defaults), source.schedule === null ? null : JSON.stringify(source.schedule), source.staleAfterMinutes, source.isDeclared, source.isPaused, source.nextAt, at],
  );
  return put?.["is_new"] === true;
}

export async function deleteSource(query: TransactionQuery, tenantId: string, id: string): Promise<void> {
  for (const table of ["document_problem", "source_file"]) await query(`delete from ${table} where tenant_id = $1 and source_id = $2`, [tenantId, id]);
  await query("delete from source where tenant_id = $1 and id = $2", [tenantId, id]);
}

/** The documents of the source that are served now. */
export async function listSourceDocumentIds(query: TransactionQuery, tenantId: string, sourceId: string): Promise<string[]> {
  return (await query("select id from document where tenant_id = $1 and source_id = $2 and to_version is null", [tenantId, sourceId])).map((each) => String(each["id"]));
}

/** The served documents of the source that are for exactly this audience. */
export async function listDocumentsForAudience(query: TransactionQuery, tenantId: string, sourceId: string, audience: readonly string[]): Promise<string[]> {
  const rows = await query("select id from document where tenant_id = $1 and source_id = $2 and to_version is null and audience @> $3::text[] and audience <@ $3::text[]", [tenantId, sourceId, audience]);
  return rows.map((each) => String(each["id"]));
}

/** What is due, its next time set, locked until the transaction ends; other processes pass over it. */
export async function claimDueSources(query: TransactionQuery, tenantId: string, at: Date, nextOf: (source: Source) => Date | null): Promise<Source[]> {
  const due = (await query("select * from source where tenant_id = $1 and next_at <= $2 and not is_paused order by next_at limit 20 for update skip locked", [tenantId, at])).map(sourceOf);
  for (const source of due) await query("update source set next_at = $3 where tenant_id = $1 and id = $2", [tenantId, source.id, nextOf(source)]);
  return due;
}

export async function markSourceOk(query: TransactionQuery, tenantId: string, id: string, at: Date): Promise<void> {
  await query("update source set last_ok_at = $3, stale_told_at = null where tenant_id = $1 and id = $2", [tenantId, id, at]);
}

/** Tells `knowledge.source_stale` of sources that were not synced in their time, once until they are; returns their names. */
export async function tellStaleSources(database: Database, tenantId: string, at: Date): Promise<string[]> {
  return database.transaction(tenantId, async (query) => {
    const stale = await query(
      `update source s set stale_told_at = $2 where s.tenant_id = $1 and s.stale_after_minutes is not null and s.stale_told_at is null and not s.is_paused
         and coalesce(s.last_ok_at, s.created_at) < $2::timestamptz - make_interval(mins => s.stale_after_minutes) returning s.id, s.last_ok_at, s.stale_after_minutes`,
      [tenantId, at],
    );
    for (const each of stale) {
      const data = { sourceId: each["id"], lastOkAt: each["last_ok_at"], staleAfterMinutes: each["stale_after_minutes"] };
      await query("select tell_event($1, 'knowledge.source_stale', $2, $3, $4::jsonb, $5)", [tenantId, `knowledge.source_stale:${String(each["id"])}:${at.toISOString()}`, each["id"], JSON.stringify(data), at]);
    }
    return stale.map((each) => String(each["id"]));
  });
}

export type SourceFile = { name: string; mediaType: string | null; sha256: string; bytes: number; uploadedBy: string; uploadedAt: string };

export async function putFile(database: Database, tenantId: string, sourceId: string, file: { name: string; mediaType: string | null; bytes: Uint8Array; sha256: string; by: string; at: Date }): Promise<void> {
  await database.query(tenantId, {
    name: "source_file_put",
    text: `insert into source_file (tenant_id, source_id, name, media_type, bytes, sha256, uploaded_by, uploaded_at) values ($1, $2, $3, $4, $5, $6, $7, $8)
      on conflict (tenant_id, source_id, name) do update set media_type = excluded.media_type, bytes = excluded.bytes, sha256 = excluded.sha256, uploaded_by = excluded.uploaded_by, uploaded_at = excluded.uploaded_at`,
  }, [tenantId, sourceId, file.name, file.mediaType, Buffer.from(file.bytes), file.sha256, file.by, file.at]);
}

/** By name, from behind `after` on. */
export async function listFiles(database: Database, tenantId: string, sourceId: string, { after, limit }: { after: string; limit: number }): Promise<SourceFile[]> {
  const rows = await database.query(tenantId, { name: "source_file_list", text: "select name, media_type, sha256, octet_length(bytes) as size, uploaded_by, uploaded_at from source_file where tenant_id = $1 and source_id = $2 and name > $3 order by name limit $4" }, [tenantId, sourceId, after, limit]);
  return rows.map((each) => ({ name: String(each["name"]), mediaType: each["media_type"] === null ? null : String(each["media_type"]), sha256: String(each["sha256"]), bytes: Number(each["size"]), uploadedBy: String(each["uploaded_by"]), uploadedAt: String(each["uploaded_at"]) }));
}

export async function readFileBytes(database: Database, tenantId: string, sourceId: string, name: string): Promise<{ bytes: Uint8Array; mediaType: string | null; sha256: string; uploadedAt: string } | null> {
  const [found] = await database.query(tenantId, { name: "source_file_read", text: "select bytes, media_type, sha256, uploaded_at from source_file where tenant_id = $1 and source_id = $2 and name = $3" }, [tenantId, sourceId, name]);
  const bytes = found?.["bytes"];
  if (found === undefined || !(bytes instanceof Uint8Array)) return null;
  return { bytes, mediaType: found["media_type"] === null ? null : String(found["media_type"]), sha256: String(found["sha256"]), uploadedAt: String(found["uploaded_at"]) };
}

/** Whether there was one. */
export async function deleteFile(database: Database, tenantId: string, sourceId: string, name: string): Promise<boolean> {
  const rows = await database.query(tenantId, { name: "source_file_delete", text: "delete from source_file where tenant_id = $1 and source_id = $2 and name = $3 returning name" }, [tenantId, sourceId, name]);
  return rows.length > 0;
}
