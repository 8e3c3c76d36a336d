import type { Database } from "../storage/database.ts";
import type { ToolRateLimit } from "./tool.ts";

const TAKE = {
  name: "tool_rate_take",
  text: `insert into tool_rate as r (tenant_id, key, window_start, calls) values ($1, $2, $3, $6)
    on conflict (tenant_id, key) do update set calls = case when r.window_start < excluded.window_start or r.window_start > excluded.window_start + $5 * interval '1 ms' then $6 else r.calls + $6 end,
        window_start = case when r.window_start > excluded.window_start + $5 * interval '1 ms' then excluded.window_start else greatest(r.window_start, excluded.window_start) end
      where r.window_start < excluded.window_start or r.window_start > excluded.window_start + $5 * interval '1 ms' or r.calls + $6 <= $4 returning calls`,
};

/**
 * Takes one of a limit's calls, or `count` at once and then all or none, over all processes. Windows are fixed: they begin at whole multiples of `perMs`. A process whose
 * clock is behind by less than a window takes of the one that another has begun.
 * False: there is none left in this window.
 */
export async function takeCall(database: Database, tenantId: string, key: string, limit: ToolRateLimit, nowMs: number, count = 1): Promise<boolean> {
  const start = new Date(Math.floor(nowMs / limit.perMs) * limit.perMs);
  return (await database.query(tenantId, TAKE, [tenantId, key, start, limit.calls, limit.perMs, count])).length > 0;
}
