import { z } from "zod";
import type { Database } from "../../storage/database.ts";

/** What `GET /api/workflows/{name}/branches` shows of one task; durations in microseconds. `branches`: what tasks recorded; see `countBranches`. */
const taskCounts = z.object({
  pointer: z.string(), name: z.string(), kind: z.string(),
  runs: z.number(), completed: z.number(), failed: z.number(), caught: z.number(), skipped: z.number(), stopped: z.number(), waiting: z.number(), overridden: z.number(), rounds: z.number(), retried: z.number(),
  p50_us: z.number().nullable(), p95_us: z.number().nullable(), queued_p50_us: z.number().nullable(), queued_p95_us: z.number().nullable(),
  errors: z.array(z.object({ type: z.string(), count: z.number() })),
  branches: z.array(z.object({ branch: z.string(), count: z.number() })),
});
export type TaskCounts = z.infer<typeof taskCounts>;

export type CountFilter = { namespace: string; name: string; /** Null: all versions. */ hash: string | null; since: Date };

const CHOSEN = `select id, status from workflow_run where tenant_id = $1 and namespace = $2 and name = $3 and ($4::text is null or hash = $4) and started_at >= $5`;

const CANCELLED = "https://baton.dev/errors/workflows.cancelled";

const COUNT = {
  name: "workflow_task_counts",
  text: `with chosen as materialized (${CHOSEN}),
    -- By the key of each run, whatever the planner thinks of it: what this costs grows with the runs that are counted, not with
    -- those of all workflows. Narrow: what was read and written is not looked at.
    task as materialized (select k.*, r.status as run_status from chosen r cross join lateral (
      select t.pointer, t.name, t.kind, t.status, t.seq, t.attempt, t.duration_us, t.queued_us, t.rounds, t.branch, t.error->>'type' as error_type, coalesce(t.error->>'type' = '${CANCELLED}', false) as is_stopped from workflow_task t where t.tenant_id = $1 and t.run_id = r.id offset 0) k),
    failure as (select pointer, json_agg(json_build_object('type', type, 'count', n) order by n desc) as list from (select pointer, error_type as type, count(*)::int as n from task where error_type is not null and not is_stopped group by 1, 2) x group by pointer),
    branch as (select pointer, json_agg(json_build_object('branch', branch, 'count', n) order by n desc) as list from (select pointer, branch, count(*)::int as n from task where branch is not null group by 1, 2) x group by pointer)
    select t.pointer, max(t.name) as name, max(t.kind) as kind, count(*)::int as runs,
      count(*) filter (where t.status = 'completed')::int as completed, count(*) filter (where t.status = 'failed' and not t.is_stopped)::int as failed, count(*) filter (where t.status = 'caught')::int as caught, count(*) filter (where t.is_stopped)::int as stopped,
      count(*) filter (where t.status = 'skipped')::int as skipped, count(*) filter (where t.status = 'running' and t.run_status in ('running', 'waiting'))::int as waiting,
      count(*) filter (where (t.attempt > 1 and t.seq = 0) or (t.run_status = 'cancelled' and t.is_stopped))::int as overridden,
      coalesce(sum(t.rounds), 0)::int as rounds, coalesce(sum(t.rounds - 1) filter (where t.kind = 'try'), 0)::int as retried,
      percentile_cont(0.5) within group (order by t.duration_us) filter (where t.status = 'completed') as p50_us, percentile_cont(0.95) within group (order by t.duration_us) filter (where t.status = 'completed') as p95_us,
      percentile_cont(0.5) within group (order by t.queued_us) filter (where t.queued_us > 0) as queued_p50_us, percentile_cont(0.95) within group (order by t.queued_us) filter (where t.queued_us > 0) as queued_p95_us,
      coalesce((select list from failure f where f.pointer = t.pointer), '[]') as errors, coalesce((select list from branch b where b.pointer = t.pointer), '[]') as branches
    from task t group by t.pointer order by t.pointer`,
};

/** Counts of every task of a workflow's runs since then, all iterations, and of how many runs. */
export async function countTasks(database: Database, tenantId: string, filter: CountFilter): Promise<{ runs: number; tasks: TaskCounts[] }> {
  const values = [tenantId, filter.namespace, filter.name, filter.hash, filter.since];
  const [rows, [total]] = await Promise.all([database.query(tenantId, COUNT, values), database.query(tenantId, { name: "workflow_run_count", text: `select count(*)::int as runs from (${CHOSEN}) x` }, values)]);
  return { runs: Number(total?.["runs"] ?? 0), tasks: rows.map((row) => taskCounts.parse(row)) };
}

const health = z.object({ namespace: z.string(), name: z.string(), runs: z.number(), completed: z.number(), failed: z.number(), cancelled: z.number(), running: z.number(), waiting: z.number(), p50_us: z.number().nullable(), p95_us: z.number().nullable() });
export type RunCounts = z.infer<typeof health>;

const HEALTH = {
  name: "workflow_run_health",
  text: `select namespace, name, count(*) filter (where started_at >= $2)::int as runs, count(*) filter (where started_at >= $2 and status = 'completed')::int as completed, count(*) filter (where started_at >= $2 and status = 'failed')::int as failed,
      count(*) filter (where started_at >= $2 and status = 'cancelled')::int as cancelled, count(*) filter (where status = 'running')::int as running, count(*) filter (where status = 'waiting')::int as waiting,
      percentile_cont(0.5) within group (order by duration_us) filter (where started_at >= $2 and status = 'completed') as p50_us, percentile_cont(0.95) within group (order by duration_us) filter (where started_at >= $2 and status = 'completed') as p95_us
    from workflow_run where tenant_id = $1 and (started_at >= $2 or status in ('running', 'waiting')) group by namespace, name`,
};

/** How the runs since then went, by workflow; open ones whenever they began. */
export async function countRuns(database: Database, tenantId: string, since: Date): Promise<RunCounts[]> {
  return (await database.query(tenantId, HEALTH, [tenantId, since])).map((row) => health.parse(row));
}
