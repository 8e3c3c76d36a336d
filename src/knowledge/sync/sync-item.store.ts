import { z } from "zod";
import type { Database, Row, TransactionQuery } from "../../storage/database.ts";
import type { SourceItem } from "../sources/source-kind.ts";

/** SQL of what a sync has found, and of what could not be taken. Every function reads or writes one tenant. */

const details = z.object({ uri: z.string().nullable(), fingerprint: z.string().nullable(), details: z.record(z.string(), z.union([z.string(), z.number()])).optional(), leadsOn: z.boolean().optional() });

/** Puts what is new to the sync, at most so many that it has `most` in all; counts them as listed. Returns the first that did not fit; null: all did. */
export async function putItems(query: TransactionQuery, tenantId: string, syncId: string, items: readonly { item: SourceItem; mark: string | null }[], most: number): Promise<SourceItem | null> {
  const rows = await query(
    `with wanted as (
        select distinct on (w.item) w.* from jsonb_to_recordset($3::jsonb) as w (seq integer, item text, mark text, details jsonb) where not exists (select from sync_item i where i.tenant_id = $1 and i.sync_id = $2 and i.item = w.item) order by w.item, w.seq),
      fitting as (select * from wanted order by seq limit greatest(0, $4 - (select listed from source_sync where tenant_id = $1 and id = $2))),
      put as (insert into sync_item (tenant_id, sync_id, item, seq, fingerprint, details)
        select $1, $2, item, seq + (select listed from source_sync where tenant_id = $1 and id = $2), mark, details from fitting on conflict do nothing returning 1),
      counted as (update source_sync set listed = listed + (select count(*) from put) where tenant_id = $1 and id = $2 returning 1)
    select item, details from wanted order by seq offset (select count(*) from fitting) limit 1`,
    [tenantId, syncId, JSON.stringify(items.map(({ item, mark }, seq) => ({ seq, item: item.item, mark, details: { uri: item.uri, fingerprint: item.fingerprint, details: item.details, leadsOn: item.leadsOn } }))), most],
  );
  return rows[0] === undefined ? null : itemOf(rows[0]);
}

/** Writes down that there is more than is taken up, once for a sync: an item that failed, and stands for whatever is behind it. Returns whether it was new. */
export async function putLeftOut(query: TransactionQuery, tenantId: string, syncId: string, { item, uri }: { item: string; uri: string | null }): Promise<boolean> {
  const rows = await query(
    `with put as (insert into sync_item (tenant_id, sync_id, item, seq, fingerprint, details, state)
        select $1, $2, $3, listed, null, $4::jsonb, 'failed' from source_sync where tenant_id = $1 and id = $2 and not exists (select from sync_item where tenant_id = $1 and sync_id = $2 and state = 'failed' and details ->> 'leftOut' = 'true')
        on conflict (tenant_id, sync_id, item) do nothing returning 1)
    update source_sync set listed = listed + 1, failed = failed + 1 from put where tenant_id = $1 and id = $2 returning id`,
    [tenantId, syncId, item, JSON.stringify({ uri, fingerprint: null, leadsOn: true, leftOut: true })],
  );
  return rows.length > 0;
}

/** What failed in the sync though further items may be found in it only: the first, and why; null: nothing did. */
export async function findBlindSpot(query: TransactionQuery, tenantId: string, syncId: string, sourceId: string): Promise<{ item: string; reason: string } | null> {
  const [row] = await query(
    `select i.item, p.reason from sync_item i left join document_problem p on p.tenant_id = i.tenant_id and p.source_id = $3 and p.item = i.item
     where i.tenant_id = $1 and i.sync_id = $2 and i.state = 'failed' and i.details ->> 'leadsOn' = 'true' order by i.seq limit 1`,
    [tenantId, syncId, sourceId],
  );
  return row === undefined ? null : { item: String(row["item"]), reason: String(row["reason"] ?? "") };
}

/** Items whose document was made from the same, in the same way, need not be looked at. Returns how many there are. */
export async function passUnchanged(query: TransactionQuery, tenantId: string, syncId: string, sourceId: string): Promise<number> {
  const rows = await query(
    `with passed as (update sync_item i set state = 'seen' from document d where i.tenant_id = $1 and i.sync_id = $2 and i.state = 'open' and d.tenant_id = $1 and d.source_id = $3 and d.item = i.item and d.to_version is null
        and d.fingerprint = i.fingerprint returning i.item),
      mended as (delete from document_problem p using passed where p.tenant_id = $1 and p.source_id = $3 and p.item = passed.item returning 1)
    select count(*) as count from passed`,
    [tenantId, syncId, sourceId],
  );
  return Number(rows[0]?.["count"] ?? 0);
}

export async function listOpenItems(database: Database, tenantId: string, syncId: string, limit: number): Promise<SourceItem[]> {
  const rows = await database.query(tenantId, { name: "sync_item_open", text: "select item, details from sync_item where tenant_id = $1 and sync_id = $2 and state = 'open' order by seq limit $3" }, [tenantId, syncId, limit]);
  return rows.map(itemOf);
}

function itemOf(given: Row): SourceItem {
  const read = details.parse(given["details"]);
  return { item: String(given["item"]), uri: read.uri, fingerprint: read.fingerprint, ...(read.details && { details: read.details }), ...(read.leadsOn && { leadsOn: true }) };
}

export async function countOpenItems(query: TransactionQuery, tenantId: string, syncId: string): Promise<number> {
  return Number((await query("select count(*) as count from sync_item where tenant_id = $1 and sync_id = $2 and state = 'open'", [tenantId, syncId]))[0]?.["count"] ?? 0);
}

export type ItemState = "seen" | "gone" | "moved" | "failed";

/** `isFollowed`: what the item leads to is known, whatever became of itself. */
export async function setItemStates(query: TransactionQuery, tenantId: string, syncId: string, states: readonly { item: string; state: ItemState; isFollowed: boolean }[]): Promise<void> {
  await query(
    `update sync_item i set state = s.state, details = case when s.is_followed then i.details - 'leadsOn' else i.details end
     from unnest($3::text[], $4::text[], $5::boolean[]) as s (item, state, is_followed) where i.tenant_id = $1 and i.sync_id = $2 and i.item = s.item`,
    [tenantId, syncId, states.map(({ item }) => item), states.map(({ state }) => state), states.map(({ isFollowed }) => isFollowed)],
  );
}

/** What is still open belongs to somebody: under the lock of its sync, so that two never take the same. */
export async function stillOpen(query: TransactionQuery, tenantId: string, syncId: string, items: readonly string[]): Promise<Set<string>> {
  const rows = await query("select item from sync_item where tenant_id = $1 and sync_id = $2 and state = 'open' and item = any($3::text[]) for update", [tenantId, syncId, items]);
  return new Set(rows.map((row) => String(row["item"])));
}

/** Served documents of the source: how many, which it says are gone, and which the sync did not meet; what could not be taken this time is kept. */
export async function listMissing(query: TransactionQuery, tenantId: string, syncId: string, sourceId: string): Promise<{ gone: string[]; unmet: string[]; served: number }> {
  const rows = await query(
    `select d.id, i.state from document d left join sync_item i on i.tenant_id = d.tenant_id and i.sync_id = $2 and i.item = d.item
     where d.tenant_id = $1 and d.source_id = $3 and d.to_version is null`,
    [tenantId, syncId, sourceId],
  );
  const idsOf = (isWanted: (state: unknown) => boolean) => rows.filter((row) => isWanted(row["state"])).map((row) => String(row["id"]));
  return { gone: idsOf((state) => state === "gone" || state === "moved"), unmet: idsOf((state) => state === null), served: rows.length };
}

export type Problem = { sourceId: string; item: string; uri: string | null; code: string; reason: string; firstAt: string; lastAt: string };

/** Problems of these items as they are now: those that could be taken have none any more. */
export async function setProblems(query: TransactionQuery, tenantId: string, sourceId: string, given: { mended: readonly string[]; failed: readonly { item: string; uri: string | null; code: string; reason: string }[]; at: Date }): Promise<void> {
  if (given.mended.length > 0) await query("delete from document_problem where tenant_id = $1 and source_id = $2 and item = any($3::text[])", [tenantId, sourceId, given.mended]);
  for (const each of given.failed) {
    await query(
      `insert into document_problem (tenant_id, source_id, item, uri, code, reason, first_at, last_at) values ($1, $2, $3, $4, $5, $6, $7, $7)
       on conflict (tenant_id, source_id, item) do update set uri = excluded.uri, code = excluded.code, reason = excluded.reason, last_at = excluded.last_at`,
      [tenantId, sourceId, each.item, each.uri, each.code, each.reason.slice(0, 1_000), given.at],
    );
  }
}

/** Problems of items that the source no longer has are over. */
export async function forgetOldProblems(query: TransactionQuery, tenantId: string, syncId: string, sourceId: string): Promise<void> {
  await query("delete from document_problem p where p.tenant_id = $1 and p.source_id = $3 and not exists (select from sync_item i where i.tenant_id = $1 and i.sync_id = $2 and i.item = p.item and i.state = 'failed')", [tenantId, syncId, sourceId]);
}

/** By source and item, from behind `after` on. */
export async function listProblems(database: Database, tenantId: string, { sourceId, after, limit }: { sourceId: string | null; after: { sourceId: string; item: string } | null; limit: number }): Promise<Problem[]> {
  const rows = await database.query(
    tenantId,
    { name: "document_problems", text: "select * from document_problem where tenant_id = $1 and ($2::text is null or source_id = $2) and ($3::text is null or (source_id, item) > ($3, $4)) order by source_id, item limit $5" },
    [tenantId, sourceId, after?.sourceId ?? null, after?.item ?? "", limit],
  );
  return rows.map((row) => ({ sourceId: String(row["source_id"]), item: String(row["item"]), uri: row["uri"] === null ? null : String(row["uri"]), code: String(row["code"]), reason: String(row["reason"]), firstAt: String(row["first_at"]), lastAt: String(row["last_at"]) }));
}

/** How many there are, by source. */
export async function countProblems(database: Database, tenantId: string): Promise<Map<string, number>> {
  const rows = await database.query(tenantId, { name: "document_problem_counts", text: "select source_id, count(*) as count from document_problem where tenant_id = $1 group by source_id" }, [tenantId]);
  return new Map(rows.map((row) => [String(row["source_id"]), Number(row["count"])]));
}
