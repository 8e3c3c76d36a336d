import type { Database } from "../storage/database.ts";

/** SQL of work that is handed to the engine once a day. */

export type DailyState = { nextAt: string; handedAt: string | null; endedAt: string | null; error: string | null; report: unknown };

export async function readJob(database: Database, tenantId: string, job: string): Promise<DailyState | null> {
  const [row] = await database.query(tenantId, { name: "daily_job", text: "select * from daily_job where tenant_id = $1 and job = $2" }, [tenantId, job]);
  if (row === undefined) return null;
  const time = (column: string) => (typeof row[column] === "string" ? row[column] : null);
  return { nextAt: String(row["next_at"]), handedAt: time("handed_at"), endedAt: time("ended_at"), error: time("error"), report: row["report"] };
}

/** Makes the job when it is not known; `isForced`: it is due by then, if it was not before. */
export async function setJobDue(database: Database, tenantId: string, job: string, { nextAt, isForced }: { nextAt: Date; isForced: boolean }): Promise<void> {
  await database.query(tenantId, { name: "daily_job_due", text: "insert into daily_job (tenant_id, job, next_at) values ($1, $2, $3) on conflict (tenant_id, job) do update set next_at = case when $4 then least(daily_job.next_at, excluded.next_at) else daily_job.next_at end" }, [tenantId, job, nextAt, isForced]);
}

/** Takes the job that is due, or that was handed on before `lostBefore` and has not ended; false when there is none. */
export async function claimJob(database: Database, tenantId: string, job: string, given: { at: Date; nextAt: Date; lostBefore: Date }): Promise<boolean> {
  const rows = await database.query(
    tenantId,
    { name: "daily_job_claim", text: "update daily_job set handed_at = $3, next_at = $4 where tenant_id = $1 and job = $2 and (next_at <= $3 or (handed_at < $5 and (ended_at is null or ended_at < handed_at))) returning job" },
    [tenantId, job, given.at, given.nextAt, given.lostBefore],
  );
  return rows.length > 0;
}

export async function endJob(database: Database, tenantId: string, job: string, given: { at: Date; error: string | null; report: unknown }): Promise<void> {
  await database.query(tenantId, { name: "daily_job_ended", text: "update daily_job set ended_at = $3, error = $4, report = coalesce($5::jsonb, report) where tenant_id = $1 and job = $2" }, [tenantId, job, given.at, given.error, given.report === null ? null : JSON.stringify(given.report)]);
}
