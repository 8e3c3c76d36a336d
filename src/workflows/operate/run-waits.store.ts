import { z } from "zod";
import type { WaitsFor } from "../../shapes/workflow.ts";
import type { Database } from "../../storage/database.ts";

const WAITS = {
  name: "workflow_run_waits",
  text: `select r.id, a.described_as, q.is_asked, w.types, t.is_timed from unnest($2::text[]) as r(id)
    left join lateral (select described_as from approval where tenant_id = $1 and run_id = r.id and status = 'waiting' order by requested_at limit 1) a on true
    left join lateral (select true as is_asked from workflow_question where tenant_id = $1 and run_id = r.id and status = 'waiting' limit 1) q on true
    left join lateral (select types from workflow_wait where tenant_id = $1 and run_id = r.id and closed_at is null order by opened_at limit 1) w on true
    left join lateral (select true as is_timed from workflow_task where tenant_id = $1 and run_id = r.id and status = 'running' and kind = 'wait' limit 1) t on true`,
};

const row = z.object({ id: z.string(), described_as: z.string().nullable(), is_asked: z.boolean().nullable(), types: z.array(z.string()).nullable(), is_timed: z.boolean().nullable() });

/** What runs sleep for, by run; people first, since they can do something about it. Runs that sleep for nothing are left out. */
export async function readWaits(database: Database, tenantId: string, runs: readonly { id: string; status: string }[]): Promise<Map<string, WaitsFor>> {
  const open = runs.filter((run) => run.status === "running" || run.status === "waiting").map((run) => run.id);
  const waits = new Map<string, WaitsFor>();
  if (open.length === 0) return waits;
  for (const found of await database.query(tenantId, WAITS, [tenantId, open])) {
    const { id, described_as, is_asked, types, is_timed } = row.parse(found);
    if (described_as !== null) waits.set(id, { kind: "approval", text: described_as });
    else if (is_asked === true) waits.set(id, { kind: "answer", text: null });
    else if (types !== null) waits.set(id, { kind: "event", text: types.join(", ") || null });
    else if (is_timed === true) waits.set(id, { kind: "time", text: null });
  }
  return waits;
}
