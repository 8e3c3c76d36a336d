import { z } from "zod";
import type { TransactionQuery } from "../../../storage/database.ts";

export type ScheduleRow = { namespace: string; name: string; hash: string; kind: "every" | "cron" | "after"; rule: string; nextAt: Date | null };

/**
 * Makes the stored schedules those of the active versions. A schedule that did not change keeps its next firing. Decided by what is
 * active in the store, so a process that knows an older set undoes nothing.
 */
export async function replaceSchedules(query: TransactionQuery, tenantId: string, rows: readonly ScheduleRow[], types: readonly string[]): Promise<void> {
  await query("delete from workflow_schedule s where s.tenant_id = $1 and not exists (select from workflow_version v where v.tenant_id = $1 and v.namespace = s.namespace and v.name = s.name and v.is_active) ", [tenantId]);
  await query("delete from workflow_schedule s where s.tenant_id = $1 and s.hash in (select v.hash from workflow_version v where v.tenant_id = $1 and v.is_active) and not s.hash = any ($2::text[])", [tenantId, rows.map((row) => row.hash)]);
  await query(
    `insert into workflow_schedule as s (tenant_id, namespace, name, hash, kind, rule, next_at)
      select $1, r.namespace, r.name, r.hash, r.kind, r.rule, r.next_at from unnest($2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::timestamptz[]) as r (namespace, name, hash, kind, rule, next_at)
      where exists (select from workflow_version v where v.tenant_id = $1 and v.hash = r.hash and v.is_active)
      on conflict (tenant_id, namespace, name) do update set hash = excluded.hash, kind = excluded.kind, rule = excluded.rule,
        next_at = case when s.rule = excluded.rule then s.next_at else excluded.next_at end, last_fired_at = case when s.rule = excluded.rule then s.last_fired_at end
      where s.hash <> excluded.hash or s.rule <> excluded.rule`,
    [tenantId, rows.map((row) => row.namespace), rows.map((row) => row.name), rows.map((row) => row.hash), rows.map((row) => row.kind), rows.map((row) => row.rule), rows.map((row) => row.nextAt)],
  );
  await query("delete from workflow_listener where tenant_id = $1 and not event_type = any ($2::text[])", [tenantId, [...types]]);
  await query("insert into workflow_listener (tenant_id, event_type) select $1, unnest($2::text[]) on conflict do nothing", [tenantId, [...types]]);
}

const dueRow = z.object({ namespace: z.string(), name: z.string(), hash: z.string(), next_at: z.string() });
export type DueSchedule = { namespace: string; name: string; hash: string; nextAt: string };

/** What is due, locked until the transaction ends; other processes pass over it. */
export async function claimDue(query: TransactionQuery, tenantId: string, at: Date, limit: number): Promise<DueSchedule[]> {
  const rows = await query("select namespace, name, hash, next_at from workflow_schedule where tenant_id = $1 and next_at <= $2 order by next_at limit $3 for update skip locked", [tenantId, at, limit]);
  return rows.map((row) => dueRow.parse(row)).map((row) => ({ namespace: row.namespace, name: row.name, hash: row.hash, nextAt: row.next_at }));
}

export async function markFired(query: TransactionQuery, tenantId: string, fired: { namespace: string; name: string; runId: string; firedAt: Date; nextAt: Date | null }): Promise<void> {
  await query("update workflow_schedule set last_run_id = $4, last_fired_at = $5, next_at = $6 where tenant_id = $1 and namespace = $2 and name = $3", [tenantId, fired.namespace, fired.name, fired.runId, fired.firedAt, fired.nextAt]);
}

/** `after` schedules whose last run has ended (or could not be begun at all), with the time it did. */
export async function listEndedAfter(query: TransactionQuery, tenantId: string): Promise<{ namespace: string; name: string; endedAt: string }[]> {
  const rows = await query(
    `select s.namespace, s.name, coalesce(r.ended_at, w.failed_at) as ended_at from workflow_schedule s
      left join workflow_run r on r.tenant_id = s.tenant_id and r.id = s.last_run_id left join workflow_start w on w.tenant_id = s.tenant_id and w.run_id = s.last_run_id
      where s.tenant_id = $1 and s.kind = 'after' and s.next_at is null and coalesce(r.ended_at, w.failed_at) is not null for update of s skip locked`,
    [tenantId],
  );
  return rows.map((row) => ({ namespace: String(row["namespace"]), name: String(row["name"]), endedAt: String(row["ended_at"]) }));
}

export async function setNext(query: TransactionQuery, tenantId: string, workflow: { namespace: string; name: string }, nextAt: Date): Promise<void> {
  await query("update workflow_schedule set next_at = $4 where tenant_id = $1 and namespace = $2 and name = $3", [tenantId, workflow.namespace, workflow.name, nextAt]);
}
