import type { BatchStatement, Database } from "../../storage/database.ts";
import type { ModelUse } from "./model-use.ts";

/** Which counter: one budget, one subject, one window. `startMs` since the epoch. */
export type CounterKey = { budget: string; subject: string; startMs: number };

/** What a counter stands at: `heldMicroUsd` by all processes together, `grantedMicroUsd` to the one that asked. */
export type CounterState = { spentMicroUsd: number; heldMicroUsd: number; grantedMicroUsd: number };

/** A process's share of a budget, as it is to be. It stands in place of what it held; `least`: less would not help it. */
export type ShareAsk = CounterKey & { softMicroUsd: number | null; hardMicroUsd: number; holder: string; leastMicroUsd: number; mostMicroUsd: number; leaseMs: number };

/** A hold as `budget_use` keeps it. */
const holdOf = (amount: string) => `jsonb_build_array(${amount}, budget_now() + lease_ms, minimum)`;

/** What is spent, and what is held beside it. A hold whose process has not been heard of for its lease counts as spent. */
const STAND = (row: string) => `${row}.spent_micro_usd + held_micro_usd(lapsed_holds(${row}.holds)) as spent_micro_usd, held_micro_usd(${row}.holds) - held_micro_usd(lapsed_holds(${row}.holds)) as held`;

// Rows are locked in the order of their key, so that two processes never wait for each other.
const GROW: BatchStatement = {
  name: "budget_grow",
  textOf: () => `
    with item as (select * from jsonb_to_recordset($2::jsonb) as i(ord integer, budget text, subject text, starts timestamptz, soft bigint, hard bigint, holder text, minimum bigint, hold bigint, lease_ms bigint)),
    granted as (
      insert into budget_use as u (tenant_id, budget, subject, window_start, soft_micro_usd, hard_micro_usd, holds)
      select $1, budget, subject, starts, soft, hard, jsonb_build_object(holder, ${holdOf("least(hold, hard)")}) from item where minimum <= hard order by budget, subject, starts
      on conflict (tenant_id, budget, subject, window_start) do update
        set holds = grant_hold(u.holds, excluded.holds, u.spent_micro_usd, excluded.hard_micro_usd), soft_micro_usd = excluded.soft_micro_usd, hard_micro_usd = excluded.hard_micro_usd
        where grant_hold(u.holds, excluded.holds, u.spent_micro_usd, excluded.hard_micro_usd) is not null
      returning u.budget, u.subject, u.window_start, u.spent_micro_usd, u.holds)
    select i.ord, ${STAND("g")}, (g.holds->i.holder->>0)::bigint as granted
    from item i join granted g on g.budget = i.budget and g.subject = i.subject and g.window_start = i.starts`,
};

/** Sets a process's share as large as there is room for. Null: there is not room for the least of it, and nothing has changed. */
export async function growShare(database: Database, tenantId: string, ask: ShareAsk): Promise<CounterState | null> {
  const row = await database.batch(tenantId, GROW, {
    key: `${ask.budget}/${ask.subject}/${ask.startMs}`,
    values: { budget: ask.budget, subject: ask.subject, starts: new Date(ask.startMs).toISOString(), soft: ask.softMicroUsd, hard: ask.hardMicroUsd, holder: ask.holder, minimum: ask.leastMicroUsd, hold: ask.mostMicroUsd, lease_ms: ask.leaseMs },
  });
  return row === null ? null : { spentMicroUsd: Number(row["spent_micro_usd"]), heldMicroUsd: Number(row["held"]), grantedMicroUsd: Number(row["granted"]) };
}

/** What a call costs one counter. */
export type Charge = CounterKey & { useId: string; microUsd: number };

/** `holdMicroUsd`: the share this process keeps from now on. */
export type CounterReport = CounterKey & { softMicroUsd: number | null; hardMicroUsd: number; refusals: number; holdMicroUsd: number };

const USE_COLUMNS = `at, provider, model, route, purpose, turn_id, conversation_id, case_id, contact_id, user_id, api_key_id, workflow, run_id, stage, prompt_tokens, completion_tokens, cache_read_tokens,
  cache_write_tokens, is_estimated, micro_usd, charged_micro_usd, saved_micro_usd, cached, outcome, error_code, first_part_ms, duration_ms`;
const USE_TYPES = `id text, at timestamptz, provider text, model text, route text, purpose text, turn_id text, conversation_id text, case_id text, contact_id text, user_id text, api_key_id text, workflow text, run_id text, stage text,
  prompt_tokens bigint, completion_tokens bigint, cache_read_tokens bigint, cache_write_tokens bigint, is_estimated boolean, micro_usd bigint, charged_micro_usd bigint, saved_micro_usd bigint, cached text, outcome text, error_code text, first_part_ms integer, duration_ms integer`;

const REPORT = {
  name: "budget_report",
  text: `
    with fresh as (
      insert into model_use (tenant_id, id, ${USE_COLUMNS}) select $1, id, ${USE_COLUMNS} from jsonb_to_recordset($2::jsonb) as u(${USE_TYPES}) on conflict do nothing returning id),
    charged as (
      select c.budget, c.subject, c.starts, sum(c.amount)::bigint as amount from jsonb_to_recordset($3::jsonb) as c(use text, budget text, subject text, starts timestamptz, amount bigint) join fresh f on f.id = c.use
      group by c.budget, c.subject, c.starts),
    counter as (
      select * from jsonb_to_recordset($4::jsonb) as c(budget text, subject text, starts timestamptz, soft bigint, hard bigint, refusals bigint, holder text, hold bigint, minimum bigint, lease_ms bigint))
    insert into budget_use as u (tenant_id, budget, subject, window_start, soft_micro_usd, hard_micro_usd, spent_micro_usd, refusals, holds, warned_at)
    select $1, c.budget, c.subject, c.starts, c.soft, c.hard, coalesce(g.amount, 0), c.refusals, jsonb_build_object(c.holder, ${holdOf("hold")}), case when g.amount >= c.soft then now() end
    from counter c left join charged g using (budget, subject, starts) order by c.budget, c.subject, c.starts
    on conflict (tenant_id, budget, subject, window_start) do update
      set spent_micro_usd = u.spent_micro_usd + excluded.spent_micro_usd, refusals = u.refusals + excluded.refusals, holds = live_holds(u.holds || excluded.holds),
        soft_micro_usd = excluded.soft_micro_usd, hard_micro_usd = excluded.hard_micro_usd,
        warned_at = coalesce(u.warned_at, case when u.spent_micro_usd + excluded.spent_micro_usd >= excluded.soft_micro_usd then now() end)
    returning u.budget, u.subject, u.window_start, ${STAND("u")}`,
};

/**
 * Writes down calls, charges what they cost and says what this process still holds: one statement, all or nothing.
 * Replay: a call is charged when its row is new, so the same report twice charges once; refusals may be counted twice.
 */
export async function reportUse(database: Database, tenantId: string, report: { uses: readonly ModelUse[]; charges: readonly Charge[]; counters: readonly CounterReport[]; holder: string; leaseMs: number }): Promise<(CounterKey & { spentMicroUsd: number; heldMicroUsd: number })[]> {
  const at = (startMs: number) => new Date(startMs).toISOString();
  const charges = report.charges.map((each) => ({ use: each.useId, budget: each.budget, subject: each.subject, starts: at(each.startMs), amount: each.microUsd }));
  const counters = report.counters.map((each) => ({ budget: each.budget, subject: each.subject, starts: at(each.startMs), soft: each.softMicroUsd, hard: each.hardMicroUsd, refusals: each.refusals, holder: report.holder, hold: each.holdMicroUsd, minimum: 0, lease_ms: report.leaseMs }));
  const rows = await database.query(tenantId, REPORT, [tenantId, JSON.stringify(report.uses), JSON.stringify(charges), JSON.stringify(counters)]);
  return rows.map((row) => ({ budget: String(row["budget"]), subject: String(row["subject"]), startMs: Date.parse(String(row["window_start"])), spentMicroUsd: Number(row["spent_micro_usd"]), heldMicroUsd: Number(row["held"]) }));
}

/** What counters stand at, without asking for anything; one that nobody has used is not there. */
export async function readCounter(database: Database, tenantId: string, key: CounterKey): Promise<{ spentMicroUsd: number; heldMicroUsd: number }> {
  const [row] = await database.query(
    tenantId, { name: "budget_read", text: `select ${STAND("u")} from budget_use u where tenant_id = $1 and budget = $2 and subject = $3 and window_start = $4` },
    [tenantId, key.budget, key.subject, new Date(key.startMs)],
  );
  return { spentMicroUsd: Number(row?.["spent_micro_usd"] ?? 0), heldMicroUsd: Number(row?.["held"] ?? 0) };
}
