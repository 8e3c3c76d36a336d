import { z } from "zod";
import type { Database, TransactionQuery } from "../../storage/database.ts";
import { cloudEvent, type CloudEvent } from "./cloud-event.ts";

/** A run to be started; the id is made from its cause, so the same cause starts it once. */
export type PendingStart = { runId: string; hash: string; input: unknown; startedBy: string };
export type EventKey = { source: string; id: string };

/** Stores an event that is being handled in this transaction. False: this source told it before. */
export async function insertEvent(query: TransactionQuery, tenantId: string, event: CloudEvent, at: Date): Promise<boolean> {
  const rows = await query("insert into workflow_event (tenant_id, source, id, type, subject, event, status, received_at) values ($1, $2, $3, $4, $5, $6::jsonb, 'done', $7) on conflict do nothing returning id", [
    tenantId, event.source, event.id, event.type, event.subject ?? null, JSON.stringify(event), at,
  ]);
  return rows.length > 0;
}

// One statement: where no wait can be concerned, an event is stored with the runs it starts in a single round trip.
const STORE = {
  name: "event_store",
  text: `with shaped as (
      select 1 from workflow_wait_shape where tenant_id = $1 and event_type in ($4, '*') limit 1
    ), told as (
      insert into workflow_event (tenant_id, source, id, type, subject, event, status, listeners, received_at)
      select $1, $2, $3, $4, $5, $6::jsonb, 'done', $8, $7 where not exists (select from shaped) on conflict do nothing returning id
    ), begun as (
      insert into workflow_start (tenant_id, run_id, hash, input, started_by, created_at)
      select $1, s.run_id, s.hash, s.input::jsonb, s.started_by, $7 from told, unnest($9::text[], $10::text[], $11::text[], $12::text[]) as s (run_id, hash, input, started_by) on conflict do nothing)
    select exists (select from shaped) as is_waited_for, exists (select from told) as is_new`,
};

/** Stores an event and the runs it starts, unless a wait may be concerned (`waited_for`: nothing is stored) or it was told before. */
export async function storeEvent(database: Database, tenantId: string, event: CloudEvent, listeners: number, starts: readonly PendingStart[], at: Date): Promise<"stored" | "known" | "waited_for"> {
  const row = (await database.query(tenantId, STORE, [
    tenantId, event.source, event.id, event.type, event.subject ?? null, JSON.stringify(event), at, listeners, ...columnsOf(starts),
  ]))[0];
  if (row?.["is_waited_for"] === true) return "waited_for";
  return row?.["is_new"] === true ? "stored" : "known";
}

/** How many heard an event that was told before; null when it was not. */
export async function readListeners(database: Database, tenantId: string, key: EventKey): Promise<number | null> {
  const row = (await database.query(tenantId, { name: "event_listeners", text: "select listeners from workflow_event where tenant_id = $1 and source = $2 and id = $3" }, [tenantId, key.source, key.id]))[0];
  return row === undefined ? null : Number(row["listeners"]);
}

/** Baton's own event, kept as pending when somebody listens. */
export async function tellEvent(query: TransactionQuery, tenantId: string, event: { id: string; type: string; subject: string; data: unknown }, at: Date): Promise<void> {
  await query("select tell_event($1, $2, $3, $4, $5::jsonb, $6)", [tenantId, event.type, event.id, event.subject, JSON.stringify(event.data), at]);
}

/** The oldest event nobody has handled, locked for this transaction; others take the next. */
export async function claimPending(query: TransactionQuery, tenantId: string): Promise<CloudEvent | null> {
  const row = (await query("select event from workflow_event where tenant_id = $1 and status = 'pending' order by received_at limit 1 for update skip locked", [tenantId]))[0];
  return row === undefined ? null : cloudEvent.parse(withoutNulls(row["event"]));
}

function withoutNulls(value: unknown): unknown {
  return typeof value === "object" && value !== null ? Object.fromEntries(Object.entries(value).filter(([, item]) => item !== null)) : value;
}

/** Ends the handling of an event in the transaction that handled it: how many heard it, and the runs it starts. */
export async function finishEvent(query: TransactionQuery, tenantId: string, key: EventKey, listeners: number, starts: readonly PendingStart[], at: Date): Promise<void> {
  await insertStarts(query, tenantId, starts, at);
  await query("update workflow_event set status = 'done', listeners = $4 where tenant_id = $1 and source = $2 and id = $3", [tenantId, key.source, key.id, listeners]);
}

export async function insertStarts(query: TransactionQuery, tenantId: string, starts: readonly PendingStart[], at: Date): Promise<void> {
  if (starts.length === 0) return;
  await query(
    "insert into workflow_start (tenant_id, run_id, hash, input, started_by, created_at) select $1, s.run_id, s.hash, s.input::jsonb, s.started_by, $6 from unnest($2::text[], $3::text[], $4::text[], $5::text[]) as s (run_id, hash, input, started_by) on conflict do nothing",
    [tenantId, ...columnsOf(starts), at],
  );
}

/** Run ids, hashes, inputs and causes, each a list, as both statements unnest them. */
function columnsOf(starts: readonly PendingStart[]): string[][] {
  return [starts.map((each) => each.runId), starts.map((each) => each.hash), starts.map((each) => JSON.stringify(each.input ?? null)), starts.map((each) => each.startedBy)];
}

const startRow = z.object({ run_id: z.string(), hash: z.string(), input: z.unknown(), started_by: z.string(), attempts: z.number() });

/** Starts that have been waiting since before `olderThan`, oldest first; each failed try waits twice as long as the one before. */
export async function listDueStarts(database: Database, tenantId: string, olderThan: Date, limit: number): Promise<(PendingStart & { attempts: number })[]> {
  const rows = await database.query(
    tenantId,
    { name: "start_due", text: "select run_id, hash, input, started_by, attempts from workflow_start where tenant_id = $1 and started_at is null and failed_at is null and created_at + make_interval(secs => least(600, power(2, attempts) - 1)) <= $2 order by created_at limit $3" },
    [tenantId, olderThan, limit],
  );
  return rows.map((row) => startRow.parse(row)).map((row) => ({ runId: row.run_id, hash: row.hash, input: row.input, startedBy: row.started_by, attempts: row.attempts }));
}

/** Does not wait for the disk: a mark that is lost makes the relay ask again, which does no harm. */
export async function markStarted(database: Database, tenantId: string, runIds: readonly string[], at: Date): Promise<void> {
  await database.query(tenantId, { name: "start_done", text: "with soon as (select set_config('synchronous_commit', 'off', true) as is_off) update workflow_start set started_at = $3, attempts = attempts + 1 from soon where is_off is not null and tenant_id = $1 and run_id = any ($2::text[])" }, [tenantId, [...runIds], at]);
}

/** `isOver`: it will never be possible (the version is gone). */
export async function markStartFailed(database: Database, tenantId: string, runId: string, error: string, isOver: boolean, at: Date): Promise<void> {
  await database.query(
    tenantId,
    { name: "start_failed", text: "update workflow_start set attempts = attempts + 1, last_error = $3, failed_at = case when $4::boolean then $5::timestamptz end where tenant_id = $1 and run_id = $2" },
    [tenantId, runId, error.slice(0, 500), isOver, at],
  );
}

/** Forgets what was done before `olderThan`: events, starts, and waits that are closed with what they were given. */
export async function purgeEvents(database: Database, tenantId: string, olderThan: Date): Promise<void> {
  await database.transaction(tenantId, async (query) => {
    await query("delete from workflow_event where tenant_id = $1 and status = 'done' and received_at < $2", [tenantId, olderThan]);
    await query("delete from workflow_start where tenant_id = $1 and created_at < $2 and (started_at is not null or failed_at is not null)", [tenantId, olderThan]);
    await query("with over as (delete from workflow_wait where tenant_id = $1 and closed_at < $2 returning id) delete from workflow_delivery d using over where d.tenant_id = $1 and d.wait_id = over.id", [tenantId, olderThan]);
  });
}

const collectionRow = z.object({ hash: z.string(), groups: z.unknown() });

/** What a workflow has gathered so far, locked; null when nothing is, or it belongs to an earlier version. */
export async function lockCollection(query: TransactionQuery, tenantId: string, workflow: { namespace: string; name: string; hash: string }, at: Date): Promise<unknown> {
  await query("insert into workflow_collection (tenant_id, namespace, name, hash, groups, updated_at) values ($1, $2, $3, $4, '[]', $5) on conflict do nothing", [tenantId, workflow.namespace, workflow.name, workflow.hash, at]);
  const row = (await query("select hash, groups from workflow_collection where tenant_id = $1 and namespace = $2 and name = $3 for update", [tenantId, workflow.namespace, workflow.name]))[0];
  const read = collectionRow.safeParse(row);
  return read.success && read.data.hash === workflow.hash ? read.data.groups : null;
}

export async function saveCollection(query: TransactionQuery, tenantId: string, workflow: { namespace: string; name: string; hash: string }, groups: unknown, at: Date): Promise<void> {
  await query("update workflow_collection set hash = $4, groups = $5::jsonb, updated_at = $6 where tenant_id = $1 and namespace = $2 and name = $3", [tenantId, workflow.namespace, workflow.name, workflow.hash, JSON.stringify(groups), at]);
}
