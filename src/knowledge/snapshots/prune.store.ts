import type { Database, TransactionQuery } from "../../storage/database.ts";

/** SQL that forgets what nobody needs any more. Every function reads or writes one tenant. */

export type PrunableRow = { id: string; fromVersion: number; toVersion: number; bytes: number };

/**
 * Rows that ended before `before`, are of no named version, and are not the last to say what a stored reply or draft quotes (see
 * `getCitedDocument`, which shows them). The last row of a document stays as long as an earlier one does: it says who may still see that.
 */
export async function listPrunable(database: Database, tenantId: string, { before, limit }: { before: Date; limit: number }): Promise<PrunableRow[]> {
  const rows = await database.query(
    tenantId,
    {
      name: "knowledge_prunable",
      text: `with old as materialized (
          select d.id, d.from_version, d.to_version, d.body from document d left join knowledge_change c on c.tenant_id = $1 and c.version = d.to_version
          where d.tenant_id = $1 and d.to_version is not null and coalesce(c.made_at, '-infinity') < $2
            and not exists (select from knowledge_snapshot s where s.tenant_id = $1 and s.version >= d.from_version and s.version < d.to_version)),
        quoted as (
          select q.id, (select trim(piece) from regexp_split_to_table(q.quote, '…') piece order by length(trim(piece)) desc limit 1) as piece from (
            select distinct cited->>'documentId' as id, coalesce(cited->>'quote', '') as quote
            from (select citations from message where tenant_id = $1 union all select citations from reply_draft where tenant_id = $1) said, jsonb_array_elements(said.citations) cited) q
          where q.id in (select id from old)),
        unneeded as materialized (
          select old.id, old.from_version, old.to_version, octet_length(old.body) as bytes from old
          where not exists (select from quoted q where q.id = old.id and position(q.piece in old.body) > 0
            and not exists (select from document later where later.tenant_id = $1 and later.id = old.id and later.from_version > old.from_version and position(q.piece in later.body) > 0)))
        select u.* from unneeded u
        where exists (select from document later where later.tenant_id = $1 and later.id = u.id and later.from_version > u.from_version)
          or not exists (select from document kept where kept.tenant_id = $1 and kept.id = u.id and kept.from_version <> u.from_version
            and not exists (select from unneeded too where too.id = kept.id and too.from_version = kept.from_version))
        order by u.to_version, u.id limit $3`,
    },
    [tenantId, before, limit],
  );
  return rows.map((row) => ({ id: String(row["id"]), fromVersion: Number(row["from_version"]), toVersion: Number(row["to_version"]), bytes: Number(row["bytes"]) }));
}

/** Deletes them, but for those that have come into a named version since; unnamed versions before the last of them are whole no more. Returns how many. */
export async function deleteRows(query: TransactionQuery, tenantId: string, rows: readonly PrunableRow[]): Promise<number> {
  await query("update tenant set knowledge_pruned_to = greatest(knowledge_pruned_to, $2::bigint) where id = $1", [tenantId, Math.max(0, ...rows.map(({ toVersion }) => toVersion))]);
  const gone = await query(
    `delete from document d using unnest($2::text[], $3::bigint[]) as old (id, from_version)
     where d.tenant_id = $1 and d.id = old.id and d.from_version = old.from_version and d.to_version is not null
       and not exists (select from knowledge_snapshot s where s.tenant_id = $1 and s.version >= d.from_version and s.version < d.to_version) returning d.id`,
    [tenantId, rows.map(({ id }) => id), rows.map(({ fromVersion }) => fromVersion)],
  );
  return gone.length;
}

/** Chunks that belong to no document any more, and vectors of no chunk. Returns how many chunks. */
export async function deleteOrphans(query: TransactionQuery, tenantId: string): Promise<number> {
  const [gone] = await query(
    `with gone as (delete from chunk c where c.tenant_id = $1
        and not exists (select from document d where d.tenant_id = $1 and d.id = c.document_id and d.revision = c.revision)
        and not exists (select from document d where d.tenant_id = $1 and d.id = c.document_id and d.to_version is null and d.next_revision = c.revision) returning 1)
     select count(*) as count from gone`,
    [tenantId],
  );
  await query("delete from chunk_vector v where v.tenant_id = $1 and not exists (select from chunk c where c.tenant_id = $1 and c.text_hash = v.text_hash)", [tenantId]);
  return Number(gone?.["count"] ?? 0);
}

/** Whether nobody has pruned since `before`; then it is taken as done now. */
export async function claimPrune(database: Database, tenantId: string, { at, before }: { at: Date; before: Date }): Promise<boolean> {
  const rows = await database.query(tenantId, { name: "knowledge_prune_claim", text: "update tenant set knowledge_pruned_at = $2 where id = $1 and (knowledge_pruned_at is null or knowledge_pruned_at < $3) returning id" }, [tenantId, at, before]);
  return rows.length > 0;
}

/** Whether the version can still be shown: it is not older than what was pruned, or it has a name. */
export async function isWhole(query: TransactionQuery, tenantId: string, version: number): Promise<boolean> {
  const rows = await query("select 1 from tenant t where t.id = $1 and ($2 >= t.knowledge_pruned_to or exists (select from knowledge_snapshot s where s.tenant_id = $1 and s.version = $2))", [tenantId, version]);
  return rows.length > 0;
}
