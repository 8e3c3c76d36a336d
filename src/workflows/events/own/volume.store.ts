import type { Database } from "../../../storage/database.ts";

export type VolumeCounts = {
  /** Messages of contacts in the window that ends now. */
  observed: number;
  /** Messages in the same hour of the week, one week back, two, ...; null where there was no message all day: no history. */
  weeks: (number | null)[];
  /** The same hour of each of the last days. */
  days: (number | null)[];
};

const WEEKS = 8;
const DAYS = 6;

const COUNT = {
  name: "volume_count",
  text: `with back (kind, nth, starts) as (
      select 'week', n, date_trunc('hour', $2::timestamptz, 'UTC') - make_interval(days => 7 * n) from generate_series(1, ${WEEKS}) n
      union all select 'day', n, date_trunc('hour', $2::timestamptz, 'UTC') - make_interval(days => n) from generate_series(1, ${DAYS}) n)
    select 'now' as kind, 0 as nth, (select count(*) from message m where m.tenant_id = $1 and m.author = 'contact' and m.created_at > $2::timestamptz - make_interval(mins => $3) and m.created_at <= $2::timestamptz) as count
    union all
    select b.kind, b.nth, case when exists (select from message m where m.tenant_id = $1 and m.created_at >= b.starts - interval '12 hours' and m.created_at < b.starts + interval '13 hours')
      then (select count(*) from message m where m.tenant_id = $1 and m.author = 'contact' and m.created_at >= b.starts and m.created_at < b.starts + interval '1 hour') end
    from back b order by kind, nth`,
};

export async function countVolume(database: Database, tenantId: string, at: Date, windowMinutes: number): Promise<VolumeCounts> {
  const rows = (await database.query(tenantId, COUNT, [tenantId, at, windowMinutes])).map((row) => ({ kind: row["kind"], count: row["count"] === null ? null : Number(row["count"]) }));
  const of = (kind: string) => rows.filter((row) => row.kind === kind).map((row) => row.count);
  return { observed: of("now")[0] ?? 0, weeks: of("week"), days: of("day") };
}
