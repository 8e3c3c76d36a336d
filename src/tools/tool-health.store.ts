import { z } from "zod";
import type { Database } from "../storage/database.ts";

const statsRow = z.object({
  tool: z.string(), calls: z.coerce.number(), ok: z.coerce.number(), failed: z.coerce.number(), denied: z.coerce.number(), p50_us: z.coerce.number().nullable(), p95_us: z.coerce.number().nullable(),
  failed_at: z.coerce.date().nullable(), failed_reason: z.string().nullable(),
});

/** What became of a tool's calls since a moment, over all processes. Durations in µs, of calls that reached the system. */
export type ToolStats = { tool: string; calls: number; ok: number; failed: number; denied: number; p50Us: number | null; p95Us: number | null; lastFailure: { at: string; reason: string } | null };

const STATS = {
  name: "tool_stats",
  text: `select tool, count(*) as calls, count(*) filter (where status in ('ok', 'not_found', 'refused')) as ok, count(*) filter (where status = 'failed') as failed, count(*) filter (where status = 'denied') as denied,
      percentile_cont(0.5) within group (order by duration_us) filter (where status in ('ok', 'not_found', 'refused')) as p50_us, percentile_cont(0.95) within group (order by duration_us) filter (where status in ('ok', 'not_found', 'refused')) as p95_us,
      max(created_at) filter (where status = 'failed') as failed_at, (array_agg(reason order by created_at desc) filter (where status = 'failed'))[1] as failed_reason
    from tool_call where tenant_id = $1 and created_at >= $2 group by tool order by tool`,
};

export async function readToolStats(database: Database, tenantId: string, since: Date): Promise<ToolStats[]> {
  const rows = await database.query(tenantId, STATS, [tenantId, since]);
  return rows.map((row) => statsRow.parse(row)).map((row) => ({
    tool: row.tool, calls: row.calls, ok: row.ok, failed: row.failed, denied: row.denied, p50Us: row.p50_us, p95Us: row.p95_us,
    lastFailure: row.failed_at === null ? null : { at: row.failed_at.toISOString(), reason: row.failed_reason ?? "It failed." },
  }));
}
