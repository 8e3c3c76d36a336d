import type { HoldView } from "../shapes/privacy.ts";
import type { Database, Row, TransactionQuery } from "../storage/database.ts";

export type HoldTarget = { contactId: string } | { caseId: string };

/** Holds are placed and data are forgotten one after the other, so that what is held from now on is not forgotten by what began before. To the end of the transaction. */
export async function lockForgetting(query: TransactionQuery, tenantId: string): Promise<void> {
  await query("select pg_advisory_xact_lock(hashtextextended('baton.forgetting.' || $1, 0))", [tenantId]);
}

/** False: there is one in force for the same. */
export async function insertHold(query: TransactionQuery, tenantId: string, hold: { id: string; target: HoldTarget; reason: string; by: string; at: Date }): Promise<boolean> {
  const { id, target, reason, by, at } = hold;
  const rows = await query("insert into legal_hold (tenant_id, id, contact_id, case_id, reason, placed_by, placed_at) values ($1, $2, $3, $4, $5, $6, $7) on conflict do nothing returning id", [
    tenantId, id, "contactId" in target ? target.contactId : null, "caseId" in target ? target.caseId : null, reason, by, at,
  ]);
  return rows.length > 0;
}

/** The hold as it was, when it was in force; null otherwise. */
export async function liftHold(query: TransactionQuery, tenantId: string, given: { id: string; reason: string; by: string; at: Date }): Promise<HoldView | null> {
  const [row] = await query("update legal_hold set lifted_by = $3, lifted_at = $4, lift_reason = $5 where tenant_id = $1 and id = $2 and lifted_at is null returning *", [tenantId, given.id, given.by, given.at, given.reason]);
  return row === undefined ? null : toHold(row);
}

/** The newest first. `contactId`: those of this contact and of its cases. `isInForce`: without those that were lifted. */
export async function listHolds(database: Database, tenantId: string, filter: { contactId?: string; isInForce: boolean }): Promise<HoldView[]> {
  const rows = await database.query(
    tenantId,
    {
      name: "legal_holds",
      text: `select h.* from legal_hold h where h.tenant_id = $1 and (not $3 or h.lifted_at is null) and ($2::text is null or h.contact_id = $2
        or exists (select from support_case s join conversation v on v.tenant_id = $1 and v.id = s.conversation_id where s.tenant_id = $1 and s.id = h.case_id and v.contact_id = $2)) order by h.placed_at desc, h.id desc limit 500`,
    },
    [tenantId, filter.contactId ?? null, filter.isInForce],
  );
  return rows.map(toHold);
}

export async function countHolds(database: Database, tenantId: string): Promise<number> {
  return Number((await database.query(tenantId, { name: "legal_hold_count", text: "select count(*) as count from legal_hold where tenant_id = $1 and lifted_at is null" }, [tenantId]))[0]?.["count"] ?? 0);
}

/** Whether there is this contact or case; held to the end of the transaction, so that it is not forgotten meanwhile. */
export async function lockTarget(query: TransactionQuery, tenantId: string, target: HoldTarget): Promise<boolean> {
  const rows = "contactId" in target
    ? await query("select id from contact where tenant_id = $1 and id = $2 for update", [tenantId, target.contactId])
    : await query("select id from support_case where tenant_id = $1 and id = $2 for update", [tenantId, target.caseId]);
  return rows.length > 0;
}

function toHold(row: Row): HoldView {
  const text = (name: string) => (typeof row[name] === "string" ? row[name] : null);
  return { id: String(row["id"]), contactId: text("contact_id"), caseId: text("case_id"), reason: String(row["reason"]), placedBy: String(row["placed_by"]), placedAt: String(row["placed_at"]), liftedBy: text("lifted_by"), liftedAt: text("lifted_at"), liftReason: text("lift_reason") };
}
