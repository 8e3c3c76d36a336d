import { z } from "zod";
import type { Database, TransactionQuery } from "../../../storage/database.ts";
import { cloudEvent } from "../cloud-event.ts";
import type { EventDelivery, EventWait } from "./event-waits.ts";

/** Where an event finds a wait: see migration 0004. */
export type WaitKey = { filter: number; eventType: string; matchFrom: string; matchValue: string };

export type OpenWait = Omit<EventWait, "tenantId"> & {
  /** What the first match has set for correlations without `expect`. */
  correlation: Record<string, unknown>;
  /** Filters that have had their event. */
  taken: number[];
  lastSeq: number;
  externalId: string | null;
};

// Two workers may open the same wait after a crash: the first one's row stays, and `is_new` tells.
const OPEN = {
  name: "wait_open",
  text: `with opened as (
      insert into workflow_wait (tenant_id, id, run_id, types, filters, language, scope, is_once_per_filter, external_id, opened_at)
      values ($1, $2, $3, $4, $5::jsonb, $6, $7::jsonb, $8, $9, $10) on conflict do nothing returning id
    ), keyed as (
      insert into workflow_wait_key (tenant_id, wait_id, filter, event_type, match_from, match_value)
      select $1, opened.id, k.* from opened, unnest($11::integer[], $12::text[], $13::text[], $14::text[]) as k on conflict do nothing
    ), shaped as (
      insert into workflow_wait_shape (tenant_id, event_type, match_from)
      select distinct $1, k.event_type, k.match_from from opened, unnest($12::text[], $13::text[]) as k (event_type, match_from)
      where not exists (select from workflow_wait_shape s where s.tenant_id = $1 and s.event_type = k.event_type and s.match_from = k.match_from) on conflict do nothing)
    select id from opened`,
};

/** Opens a wait that is new, with the external to resolve. False: it is known already. */
export async function openWait(database: Database, wait: EventWait, keys: readonly WaitKey[], externalId: string, at: Date): Promise<boolean> {
  const types = keys.some((key) => key.eventType === "*") ? [] : [...new Set(keys.map((key) => key.eventType))];
  const rows = await database.query(wait.tenantId, OPEN, [
    wait.tenantId, wait.waitId, wait.runId, types, JSON.stringify(wait.filters), wait.language, JSON.stringify(wait.scope), wait.isOncePerFilter, externalId, at,
    keys.map((key) => key.filter), keys.map((key) => key.eventType), keys.map((key) => key.matchFrom), keys.map((key) => key.matchValue),
  ]);
  return rows.length > 0;
}

const delivery = z.object({ seq: z.number(), filter: z.number(), event: cloudEvent });

/** What has come above `afterSeq`; when nothing has, the external is kept for what comes next. */
export async function takeDeliveries(query: TransactionQuery, tenantId: string, waitId: string, afterSeq: number, externalId: string): Promise<EventDelivery[]> {
  const found = await query("select closed_at from workflow_wait where tenant_id = $1 and id = $2 for update", [tenantId, waitId]);
  const rows = (await query("select seq, filter, event from workflow_delivery where tenant_id = $1 and wait_id = $2 and seq > $3 order by seq", [tenantId, waitId, afterSeq])).map((row) => delivery.parse(row));
  if (found[0]?.["closed_at"] === null) await query("update workflow_wait set external_id = $3 where tenant_id = $1 and id = $2", [tenantId, waitId, rows.length === 0 ? externalId : null]);
  return rows;
}

export async function closeWait(database: Database, tenantId: string, waitId: string, at: Date): Promise<void> {
  await database.query(
    tenantId,
    { name: "wait_close", text: "with closed as (update workflow_wait set closed_at = coalesce(closed_at, $3), external_id = null where tenant_id = $1 and id = $2), silent as (update workflow_delivery set external_id = null where tenant_id = $1 and wait_id = $2 and delivered_at is null) delete from workflow_wait_key where tenant_id = $1 and wait_id = $2" },
    [tenantId, waitId, at],
  );
}

/** The expressions by which waits for this type are found. */
export async function listShapes(query: TransactionQuery, tenantId: string, eventType: string): Promise<string[]> {
  return (await query("select distinct match_from from workflow_wait_shape where tenant_id = $1 and event_type = any ($2::text[])", [tenantId, [eventType, "*"]])).map((row) => String(row["match_from"]));
}

const waitRow = z.object({
  id: z.string(), run_id: z.string(), language: z.enum(["jq", "cel"]), is_once_per_filter: z.boolean(), taken: z.array(z.number()), last_seq: z.number(), external_id: z.string().nullable(), correlation: z.record(z.string(), z.unknown()),
  filters: z.array(z.object({ with: z.record(z.string(), z.unknown()), correlate: z.record(z.string(), z.object({ from: z.string(), expect: z.string().nullable() })) })),
  scope: z.object({ input: z.unknown(), context: z.unknown(), variables: z.record(z.string(), z.unknown()) }),
});

/** Open waits that one of the keys leads to, locked in one order for all. */
export async function lockCandidates(query: TransactionQuery, tenantId: string, eventType: string, keys: readonly { matchFrom: string; matchValue: string }[]): Promise<OpenWait[]> {
  const rows = await query(
    `select id, run_id, language, is_once_per_filter, taken, last_seq, external_id, correlation, filters, scope from workflow_wait
      where tenant_id = $1 and closed_at is null and id in (
        select k.wait_id from unnest($3::text[], $4::text[]) as m (match_from, match_value) join workflow_wait_key k on k.tenant_id = $1 and k.event_type = any ($2::text[]) and k.match_from = m.match_from and k.match_value = m.match_value)
      order by id for update`,
    [tenantId, [eventType, "*"], keys.map((key) => key.matchFrom), keys.map((key) => key.matchValue)],
  );
  return rows.map((row) => waitRow.parse(row)).map((row) => ({
    waitId: row.id, runId: row.run_id, language: row.language, isOncePerFilter: row.is_once_per_filter, taken: row.taken, lastSeq: row.last_seq, externalId: row.external_id, correlation: row.correlation, filters: row.filters,
    scope: { input: row.scope.input, context: row.scope.context, variables: row.scope.variables },
  }));
}

export type WaitMatch = { wait: OpenWait; filter: number; correlation: Record<string, unknown> };

/** Adds the event to every wait it matched; an external that hangs on one is to be resolved by it, and by nothing else. */
export async function appendDeliveries(query: TransactionQuery, tenantId: string, event: unknown, matches: readonly WaitMatch[], at: Date): Promise<void> {
  if (matches.length === 0) return;
  await query(
    `with matched as (
       select * from unnest($2::text[], $3::integer[], $4::text[]) as m (wait_id, filter, correlation)
     ), counted as (
       update workflow_wait w set last_seq = w.last_seq + 1, external_id = null, correlation = m.correlation::jsonb, taken = case when w.is_once_per_filter then w.taken || m.filter else w.taken end
       from matched m where w.tenant_id = $1 and w.id = m.wait_id returning w.id, w.last_seq, m.filter
     ) insert into workflow_delivery (tenant_id, wait_id, seq, filter, event, external_id, created_at)
       select $1, c.id, c.last_seq, c.filter, $5::jsonb, e.external_id, $7 from counted c join unnest($2::text[], $6::text[]) as e (wait_id, external_id) on e.wait_id = c.id`,
    [tenantId, matches.map((match) => match.wait.waitId), matches.map((match) => match.filter), matches.map((match) => JSON.stringify(match.correlation)), JSON.stringify(event), matches.map((match) => match.wait.externalId), at],
  );
}

export type DueDelivery = { waitId: string; externalId: string; delivery: EventDelivery };
const dueRow = z.object({ wait_id: z.string(), external_id: z.string(), seq: z.number(), filter: z.number(), event: cloudEvent });

export async function listDueDeliveries(database: Database, tenantId: string, olderThan: Date, limit: number): Promise<DueDelivery[]> {
  const rows = await database.query(
    tenantId,
    { name: "delivery_due", text: "select wait_id, external_id, seq, filter, event from workflow_delivery where tenant_id = $1 and delivered_at is null and external_id is not null and created_at <= $2 order by created_at limit $3" },
    [tenantId, olderThan, limit],
  );
  return rows.map((row) => dueRow.parse(row)).map((row) => ({ waitId: row.wait_id, externalId: row.external_id, delivery: { seq: row.seq, filter: row.filter, event: row.event } }));
}

/** Does not wait for the disk: a mark that is lost makes the relay resolve again, which does no harm. */
export async function markDelivered(database: Database, tenantId: string, done: readonly DueDelivery[], at: Date): Promise<void> {
  await database.query(
    tenantId,
    { name: "delivery_done", text: "with soon as (select set_config('synchronous_commit', 'off', true) as is_off) update workflow_delivery d set delivered_at = $4 from soon, unnest($2::text[], $3::integer[]) as x (wait_id, seq) where is_off is not null and d.tenant_id = $1 and d.wait_id = x.wait_id and d.seq = x.seq and d.delivered_at is null" },
    [tenantId, done.map((each) => each.waitId), done.map((each) => each.delivery.seq), at],
  );
}
