import type { Database, TransactionQuery } from "../storage/database.ts";
import type { RetentionStep } from "./retention-steps.store.ts";

/** How many rows would go. What goes only after others have gone is not in it. */
export async function countStep(database: Database, tenantId: string, { table, where }: RetentionStep, before: Date): Promise<number> {
  const [row] = await database.transaction(tenantId, (query) => query(`select count(*) as count from ${table} t where t.tenant_id = $1 and (${where})`, [tenantId, before]));
  return Number(row?.["count"] ?? 0);
}

/** Rows that somebody is working on are left for the next time. Returns how many went; fewer than `limit`: there are no more. */
export async function carryOutStep(query: TransactionQuery, tenantId: string, { table, where, set }: RetentionStep, { before, limit }: { before: Date; limit: number }): Promise<number> {
  const found = `t.ctid = any(array(select t.ctid from ${table} t where t.tenant_id = $1 and (${where}) limit $3 for update of t skip locked))`;
  const change = set === undefined ? `delete from ${table} t` : `update ${table} t set ${set}`;
  const [row] = await query(`with gone as (${change} where t.tenant_id = $1 and ${found} returning 1) select count(*) as count from gone`, [tenantId, before, limit]);
  return Number(row?.["count"] ?? 0);
}
