import type { Clock } from "../lib/clock.ts";
import type { DurableEngine } from "../durable/durable.ts";
import type { StatusView } from "../shapes/status.ts";
import type { Database } from "../storage/database.ts";

export type StatusDeps = { database: Database; engine: () => DurableEngine; clock: Clock; tenantId: string; tenantName: string; modelId: string; isExtractive: boolean; version: string; startedAtMs: number };

const COUNTS = {
  name: "status_counts",
  text: `select
    (select count(*) from (select 1 from support_case where tenant_id = $1 and status = 'open' limit 10000) x) as open_cases,
    (select count(*) from handoff where tenant_id = $1 and status = 'waiting') as waiting,
    (select count(*) from turn where tenant_id = $1 and started_at > $2) as turns,
    (select percentile_cont(0.5) within group (order by us) from (select extract(epoch from finished_at - started_at) * 1e6 as us from turn where tenant_id = $1 and started_at > $2 and status in ('replied', 'handed_off') order by started_at desc limit 500) x) as p50,
    (select count(*) from document where tenant_id = $1 and to_version is null) as documents`,
};

/** The status line's facts, read from the store; what does not answer is `down`, and its counts are 0. */
export async function readStatus(deps: StatusDeps): Promise<StatusView> {
  const since = new Date(deps.clock.nowMs() - 3_600_000);
  const [counts, engine] = await Promise.all([
    deps.database.query(deps.tenantId, COUNTS, [deps.tenantId, since]).then((rows) => rows[0] ?? {}).catch(() => null),
    deps.engine().ping().then(() => "ok" as const).catch(() => "down" as const),
  ]);
  const number = (name: string) => Number(counts?.[name] ?? 0);
  const p50 = counts?.["p50"];
  return {
    tenant: { id: deps.tenantId, name: deps.tenantName }, version: deps.version, startedAt: new Date(deps.startedAtMs).toISOString(),
    model: { id: deps.modelId, kind: deps.isExtractive ? "extractive" : "external" }, database: counts === null ? "down" : "ok", engine,
    openConversations: number("open_cases"), waitingHandoffs: number("waiting"), turnsLastHour: number("turns"), replyP50Us: p50 === null || p50 === undefined ? null : Math.round(Number(p50)), documents: number("documents"),
  };
}
