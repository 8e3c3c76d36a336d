import type { Database, TransactionQuery } from "../../storage/database.ts";

/** What a process held of one counter when it was last heard of; `at` ISO 8601, when its lease ended. */
export type UnreportedHold = { budget: string; subject: string; process: string; microUsd: number; at: string };

/** What processes that were not heard of for their lease hold, of those whose lease ended in the period (`from` with, `to` without, ISO 8601). */
export async function readUnreported(database: Database, tenantId: string, period: { from: string; to: string }): Promise<UnreportedHold[]> {
  const rows = await database.query(
    tenantId, { name: "budget_unreported", text: `
      select u.budget, u.subject, h.key as process, (h.value->>0)::bigint as micro_usd, to_timestamp((h.value->>1)::bigint / 1000.0) as at from budget_use u cross join jsonb_each(lapsed_holds(u.holds)) h
      where u.tenant_id = $1 and u.holds <> '{}' and (h.value->>1)::bigint >= extract(epoch from $2::timestamptz) * 1000 and (h.value->>1)::bigint < extract(epoch from $3::timestamptz) * 1000 order by 5, 1, 2, 3` },
    [tenantId, period.from, period.to],
  );
  return rows.map((row) => ({ budget: String(row["budget"]), subject: String(row["subject"]), process: String(row["process"]), microUsd: Number(row["micro_usd"]), at: new Date(String(row["at"])).toISOString() }));
}

/**
 * Ends the holds of processes that were not heard of for their lease: `spentMicroUsd` of each budget is charged, in proportion where several subjects
 * were held for, and the rest is free again. `budget` null: of all budgets. Returns what was held.
 */
export async function releaseUnreported(query: TransactionQuery, tenantId: string, given: { budget: string | null; spentMicroUsd: number }): Promise<{ budget: string; subject: string; microUsd: number }[]> {
  const rows = await query(`
    with lapsed as materialized (
      select u.budget, u.subject, u.window_start, lapsed_holds(u.holds) as holds from budget_use u
      where u.tenant_id = $1 and u.holds <> '{}' and ($2::text is null or u.budget = $2) and lapsed_holds(u.holds) <> '{}' order by 1, 2, 3 for update),
    held as (select l.*, held_micro_usd(l.holds) as amount, sum(held_micro_usd(l.holds)) over (partition by l.budget) as whole from lapsed l)
    update budget_use u set holds = u.holds - array(select jsonb_object_keys(h.holds)), spent_micro_usd = u.spent_micro_usd + least(h.amount, ceil(h.amount * $3::numeric / h.whole))::bigint
    from held h where u.tenant_id = $1 and u.budget = h.budget and u.subject = h.subject and u.window_start = h.window_start
    returning u.budget, u.subject, h.amount`, [tenantId, given.budget, given.spentMicroUsd]);
  return rows.map((row) => ({ budget: String(row["budget"]), subject: String(row["subject"]), microUsd: Number(row["amount"]) }));
}
