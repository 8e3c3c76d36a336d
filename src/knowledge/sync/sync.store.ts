import { z } from "zod";
import type { Database, Row, TransactionQuery } from "../../storage/database.ts";

/** SQL of syncs. Every function reads or writes one tenant. */

export type SyncStatus = "waiting" | "running" | "done" | "held" | "failed" | "cancelled";

/**
 * One run over a source. `phase`: waiting, listing, taking, ended. `listed`: items found so far; what is not counted under another
 * word is still to do. `missing`: documents that the source no longer lists (`held`: they were kept). `againBy`: who asked for the source
 * once more while this sync ran; null: nobody. Times ISO 8601 UTC.
 */
export type Sync = {
  id: string; sourceId: string; status: SyncStatus; startedBy: string; acceptRemovals: boolean; againBy: string | null; invocationId: string | null; phase: string;
  listed: number; added: number; changed: number; removed: number; unchanged: number; failed: number; missing: number;
  versionBefore: number | null; versionAfter: number | null; error: string | null; createdAt: string; touchedAt: string; endedAt: string | null;
};

const row = z.object({
  id: z.string(), source_id: z.string(), status: z.enum(["waiting", "running", "done", "held", "failed", "cancelled"]), started_by: z.string(), accept_removals: z.boolean(), again_by: z.string().nullable(), invocation_id: z.string().nullable(), phase: z.string(),
  listed: z.number(), added: z.number(), changed: z.number(), removed: z.number(), unchanged: z.number(), failed: z.number(), missing: z.number(),
  version_before: z.number().nullable(), version_after: z.number().nullable(), error: z.string().nullable(), created_at: z.string(), touched_at: z.string(), ended_at: z.string().nullable(),
});

function syncOf(given: Row): Sync {
  const { source_id, started_by, accept_removals, again_by, invocation_id, version_before, version_after, created_at, touched_at, ended_at, ...same } = row.parse(given);
  return { ...same, sourceId: source_id, startedBy: started_by, acceptRemovals: accept_removals, againBy: again_by, invocationId: invocation_id, versionBefore: version_before, versionAfter: version_after, createdAt: created_at, touchedAt: touched_at, endedAt: ended_at };
}

/**
 * The sync that waits or runs for the source, after this one was put where there was none. One that runs may have listed already: it is
 * marked to be followed by another, unless what runs will do (`joins`).
 */
export async function putSync(query: TransactionQuery, tenantId: string, sync: { id: string; sourceId: string; by: string; acceptRemovals: boolean; joins?: boolean; at: Date }): Promise<Sync> {
  await query(
    `insert into source_sync (tenant_id, id, source_id, status, started_by, accept_removals, created_at, touched_at) values ($1, $2, $3, 'waiting', $4, $5, $6, $6)
     on conflict (tenant_id, source_id) where status in ('waiting', 'running') do update set accept_removals = source_sync.accept_removals or excluded.accept_removals,
       again_by = case when source_sync.status = 'running' and not $7::boolean then excluded.started_by else source_sync.again_by end`,
    [tenantId, sync.id, sync.sourceId, sync.by, sync.acceptRemovals, sync.at, sync.joins ?? false],
  );
  const [found] = await query("select * from source_sync where tenant_id = $1 and source_id = $2 and status in ('waiting', 'running')", [tenantId, sync.sourceId]);
  if (found === undefined) throw new Error("the sync that was just put is gone");
  return syncOf(found);
}

export async function findSync(database: Database, tenantId: string, id: string): Promise<Sync | null> {
  const [found] = await database.query(tenantId, { name: "sync_find", text: "select * from source_sync where tenant_id = $1 and id = $2" }, [tenantId, id]);
  return found ? syncOf(found) : null;
}

/** Newest first. */
export async function listSyncs(database: Database, tenantId: string, sourceId: string, { before, limit }: { before?: { at: string; id: string }; limit: number }): Promise<Sync[]> {
  const rows = await database.query(
    tenantId,
    { name: "sync_list", text: "select * from source_sync where tenant_id = $1 and source_id = $2 and ($3::timestamptz is null or (created_at, id) < ($3, $4)) order by created_at desc, id desc limit $5" },
    [tenantId, sourceId, before?.at ?? null, before?.id ?? "", limit],
  );
  return rows.map(syncOf);
}

/** The last sync of each source, by source. */
export async function lastSyncs(database: Database, tenantId: string): Promise<Map<string, Sync>> {
  const rows = await database.query(tenantId, { name: "sync_last", text: "select last.* from source s join lateral (select * from source_sync y where y.tenant_id = s.tenant_id and y.source_id = s.id order by y.created_at desc, y.id desc limit 1) last on true where s.tenant_id = $1" }, [tenantId]);
  return new Map(rows.map(syncOf).map((sync) => [sync.sourceId, sync]));
}

/** Waiting or running, and not touched since: a crash kept them from the engine, or nobody has begun them. */
export async function listNeglectedSyncs(database: Database, tenantId: string, { waitingBefore, runningBefore }: { waitingBefore: Date; runningBefore: Date }): Promise<Sync[]> {
  const rows = await database.query(tenantId, { name: "sync_neglected", text: "select * from source_sync where tenant_id = $1 and ((status = 'waiting' and touched_at < $2) or (status = 'running' and touched_at < $3)) order by touched_at limit 100" }, [tenantId, waitingBefore, runningBefore]);
  return rows.map(syncOf);
}

export async function setInvocation(database: Database, tenantId: string, id: string, invocationId: string, at: Date): Promise<void> {
  await database.query(tenantId, { name: "sync_invocation", text: "update source_sync set invocation_id = $3, touched_at = greatest(touched_at, $4) where tenant_id = $1 and id = $2" }, [tenantId, id, invocationId, at]);
}

/** Null when the sync has ended. */
export async function beginSync(query: TransactionQuery, tenantId: string, id: string, at: Date): Promise<Sync | null> {
  const [found] = await query(
    `update source_sync set status = 'running', phase = case when phase = 'waiting' then 'listing' else phase end, touched_at = $3, version_before = coalesce(version_before, (select knowledge_version from tenant where id = $1))
     where tenant_id = $1 and id = $2 and status in ('waiting', 'running') returning *`,
    [tenantId, id, at],
  );
  return found ? syncOf(found) : null;
}

/** The sync, held to the end of the transaction; null when it has ended. Whoever stores what a sync did asks this first. */
export async function lockSync(query: TransactionQuery, tenantId: string, id: string): Promise<Sync | null> {
  const [found] = await query("select * from source_sync where tenant_id = $1 and id = $2 and status in ('waiting', 'running') for update", [tenantId, id]);
  return found ? syncOf(found) : null;
}

/** The sync that waits for its turn at this source; null: none does. */
export async function findWaitingSync(database: Database, tenantId: string, sourceId: string): Promise<Sync | null> {
  const [found] = await database.query(tenantId, { name: "sync_waiting", text: "select * from source_sync where tenant_id = $1 and source_id = $2 and status = 'waiting'" }, [tenantId, sourceId]);
  return found ? syncOf(found) : null;
}

export async function hasOpenSync(query: TransactionQuery, tenantId: string, sourceId: string): Promise<boolean> {
  return (await query("select 1 from source_sync where tenant_id = $1 and source_id = $2 and status in ('waiting', 'running')", [tenantId, sourceId])).length > 0;
}

export type Counts = { added: number; changed: number; unchanged: number; failed: number };

export async function addCounts(query: TransactionQuery, tenantId: string, id: string, counts: Counts, at: Date): Promise<void> {
  await query("update source_sync set added = added + $3, changed = changed + $4, unchanged = unchanged + $5, failed = failed + $6, touched_at = $7 where tenant_id = $1 and id = $2", [tenantId, id, counts.added, counts.changed, counts.unchanged, counts.failed, at]);
}

export async function setPhase(query: TransactionQuery, tenantId: string, id: string, phase: string, at: Date): Promise<void> {
  await query("update source_sync set phase = $3, touched_at = $4 where tenant_id = $1 and id = $2", [tenantId, id, phase, at]);
}

/** Ends a sync that has not ended; null when it had. What it had found and not taken is forgotten. */
export async function endSync(query: TransactionQuery, tenantId: string, id: string, end: { status: SyncStatus; error: string | null; removed: number; missing: number; at: Date }): Promise<Sync | null> {
  const [found] = await query(
    `update source_sync set status = $3, phase = 'ended', error = $4, removed = $5, missing = $6, touched_at = $7, ended_at = $7, version_after = (select knowledge_version from tenant where id = $1)
     where tenant_id = $1 and id = $2 and status in ('waiting', 'running') returning *`,
    [tenantId, id, end.status, end.error, end.removed, end.missing, end.at],
  );
  await query("delete from sync_item where tenant_id = $1 and sync_id = $2", [tenantId, id]);
  return found ? syncOf(found) : null;
}
