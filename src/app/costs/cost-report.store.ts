import { unreportedSum } from "../../models/budgets/release-unreported.ts";
import { readUnreported } from "../../models/budgets/unreported.store.ts";
import type { Database, Row } from "../../storage/database.ts";

/** From (with) and to (without), ISO 8601. */
export type CostPeriod = { from: string; to: string };

/** Units: micro-USD, tokens. `microUsd` sums the calls whose price is known; `unpriced` counts the others, `estimated` those whose tokens we counted ourselves. Of answers out of the cache (`cached`) no tokens are counted; they have saved `savedMicroUsd`. */
export type CostFigures = { calls: number; failed: number; unpriced: number; estimated: number; cached: number; promptTokens: number; completionTokens: number; microUsd: number; savedMicroUsd: number };

/** `name` null: calls that have none. `parts`: how many conversations or cases stand behind the line, where that says something. */
export type CostRow = CostFigures & { name: string | null; parts: number };

export type CostTotals = CostFigures & { conversations: number; cases: number; resolvedCases: number; /** Of calls for conversations and for cases. */ conversationMicroUsd: number; caseMicroUsd: number; /** What processes held that ended without reporting their last calls: an estimate, in no other sum. */ unreportedMicroUsd: number; unreportedProcesses: number };

/** What a report may be ordered by; each a column or a fact of the call's case. */
const DIMENSIONS = {
  user: "u.user_id", contact: "u.contact_id", conversation: "u.conversation_id", case: "u.case_id", workflow: "u.workflow", stage: "u.stage", model: "u.provider || '/' || u.model", purpose: "u.purpose", route: "u.route", key: "u.api_key_id",
  resolution: "case when u.case_id is not null then coalesce(c.status, 'unknown') end", day: "to_char(u.at at time zone 'UTC', 'YYYY-MM-DD')",
} as const;
export type CostDimension = keyof typeof DIMENSIONS;
export const COST_DIMENSIONS = ["user", "contact", "conversation", "case", "resolution", "workflow", "stage", "model", "purpose", "route", "key", "day"] as const satisfies readonly CostDimension[];

const FIGURES = `count(*) as calls, count(*) filter (where u.outcome not in ('ok', 'cached')) as failed, count(*) filter (where u.micro_usd is null) as unpriced, count(*) filter (where u.is_estimated and u.cached is null) as estimated,
  count(*) filter (where u.cached is not null) as cached, coalesce(sum(u.prompt_tokens) filter (where u.cached is null), 0)::bigint as prompt_tokens, coalesce(sum(u.completion_tokens) filter (where u.cached is null), 0)::bigint as completion_tokens,
  coalesce(sum(u.micro_usd), 0)::bigint as micro_usd, coalesce(sum(u.saved_micro_usd), 0)::bigint as saved_micro_usd`;
const FROM = "from model_use u left join support_case c on c.tenant_id = u.tenant_id and c.id = u.case_id where u.tenant_id = $1 and u.at >= $2 and u.at < $3";

/** Dearest first; days in their order. */
export async function readCosts(database: Database, tenantId: string, period: CostPeriod, by: CostDimension, limit: number): Promise<CostRow[]> {
  const rows = await database.query(
    tenantId, { name: `cost_by_${by}`, text: `select ${DIMENSIONS[by]} as name, count(distinct ${by === "resolution" ? "u.case_id" : "u.conversation_id"}) as parts, ${FIGURES} ${FROM} group by 1 order by ${by === "day" ? "1" : "micro_usd desc, calls desc, 1"} limit $4` },
    [tenantId, period.from, period.to, limit],
  );
  return rows.map((row) => ({ name: typeof row["name"] === "string" ? row["name"] : null, parts: Number(row["parts"]), ...figuresOf(row) }));
}

export async function readCostTotals(database: Database, tenantId: string, period: CostPeriod): Promise<CostTotals> {
  const [row = {}] = await database.query(
    tenantId, { name: "cost_totals", text: `select ${FIGURES}, count(distinct u.conversation_id) as conversations, count(distinct u.case_id) as cases, count(distinct u.case_id) filter (where c.status = 'resolved') as resolved_cases,
      coalesce(sum(u.micro_usd) filter (where u.conversation_id is not null), 0)::bigint as conversation_micro_usd,
      coalesce(sum(u.micro_usd) filter (where u.case_id is not null), 0)::bigint as case_micro_usd ${FROM}` },
    [tenantId, period.from, period.to],
  );
  const of = (name: string) => Number(row[name] ?? 0);
  const unreported = unreportedSum(await readUnreported(database, tenantId, period));
  return { unreportedMicroUsd: unreported.microUsd, unreportedProcesses: unreported.processes, ...figuresOf(row), conversations: of("conversations"), cases: of("cases"), resolvedCases: of("resolved_cases"), conversationMicroUsd: of("conversation_micro_usd"), caseMicroUsd: of("case_micro_usd") };
}

/** By day and one more thing, for a chart. */
export async function readCostDays(database: Database, tenantId: string, period: CostPeriod, by: "model" | "purpose"): Promise<{ day: string; name: string; microUsd: number; calls: number }[]> {
  const rows = await database.query(
    tenantId, { name: `cost_days_by_${by}`, text: `select ${DIMENSIONS.day} as day, ${DIMENSIONS[by]} as name, coalesce(sum(u.micro_usd), 0)::bigint as micro_usd, count(*) as calls ${FROM} group by 1, 2 order by 1, 2` },
    [tenantId, period.from, period.to],
  );
  return rows.map((row) => ({ day: String(row["day"]), name: String(row["name"]), microUsd: Number(row["micro_usd"]), calls: Number(row["calls"]) }));
}

/** Our record of one model on one day of `timeZone`; answers out of the cache went to no provider and are left out. */
export type LedgerDay = CostFigures & { day: string; provider: string; model: string };

export async function readLedgerDays(database: Database, tenantId: string, period: CostPeriod, timeZone: string): Promise<LedgerDay[]> {
  const rows = await database.query(
    tenantId, { name: "cost_ledger_days", text: `select to_char(u.at at time zone $4, 'YYYY-MM-DD') as day, u.provider, u.model, ${FIGURES} ${FROM} and u.cached is null group by 1, 2, 3 order by 1, 2, 3` },
    [tenantId, period.from, period.to, timeZone],
  );
  return rows.map((row) => ({ day: String(row["day"]), provider: String(row["provider"]), model: String(row["model"]), ...figuresOf(row) }));
}

export type BudgetStand = { budget: string; subject: string; startMs: number; spentMicroUsd: number; heldMicroUsd: number; unreportedMicroUsd: number; hardMicroUsd: number; softMicroUsd: number | null; refusals: number };

/** What is used of budgets in the windows that began at these moments; of each the subjects that are nearest to their limit. */
export async function readBudgetStands(database: Database, tenantId: string, windows: readonly { budget: string; startMs: number }[], each: number): Promise<BudgetStand[]> {
  const rows = await database.query(
    tenantId,
    { name: "cost_budget_stands", text: `
      select * from (
        select u.budget, u.subject, u.window_start, u.spent_micro_usd, held_micro_usd(u.holds) - held_micro_usd(lapsed_holds(u.holds)) as held, held_micro_usd(lapsed_holds(u.holds)) as unreported, u.hard_micro_usd, u.soft_micro_usd, u.refusals,
          row_number() over (partition by u.budget order by u.spent_micro_usd::numeric / greatest(u.hard_micro_usd, 1) desc, u.subject) as place
        from unnest($2::text[], $3::timestamptz[]) as w(budget, starts) join budget_use u on u.tenant_id = $1 and u.budget = w.budget and u.window_start = w.starts) s
      where place <= $4` },
    [tenantId, windows.map((window) => window.budget), windows.map((window) => new Date(window.startMs)), each],
  );
  return rows.map((row) => ({
    budget: String(row["budget"]), subject: String(row["subject"]), startMs: Date.parse(String(row["window_start"])), spentMicroUsd: Number(row["spent_micro_usd"]), heldMicroUsd: Number(row["held"]), unreportedMicroUsd: Number(row["unreported"]), hardMicroUsd: Number(row["hard_micro_usd"]),
    softMicroUsd: row["soft_micro_usd"] === null ? null : Number(row["soft_micro_usd"]), refusals: Number(row["refusals"]),
  }));
}

/** The names of the contacts of conversations; those without one are not there. */
export async function readConversationNames(database: Database, tenantId: string, ids: readonly string[]): Promise<Map<string, string>> {
  const rows = await database.query(
    tenantId, { name: "cost_conversation_names", text: "select v.id, coalesce(k.name, k.email) as name from conversation v join contact k on k.tenant_id = v.tenant_id and k.id = v.contact_id where v.tenant_id = $1 and v.id = any($2::text[]) and coalesce(k.name, k.email) is not null" }, [tenantId, ids],
  );
  return new Map(rows.map((row) => [String(row["id"]), String(row["name"])]));
}

function figuresOf(row: Row): CostFigures {
  const of = (name: string) => Number(row[name] ?? 0);
  return { calls: of("calls"), failed: of("failed"), unpriced: of("unpriced"), estimated: of("estimated"), cached: of("cached"), promptTokens: of("prompt_tokens"), completionTokens: of("completion_tokens"), microUsd: of("micro_usd"), savedMicroUsd: of("saved_micro_usd") };
}
