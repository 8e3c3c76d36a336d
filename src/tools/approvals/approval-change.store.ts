import type { ApprovalRule } from "../../policy/policy.ts";
import type { TransactionQuery } from "../../storage/database.ts";

/** SQL that changes an approval, in the transaction that holds its row. */

export async function markDecided(query: TransactionQuery, input: { tenantId: string; id: string; status: "approved" | "refused"; by: string; comment: string | null; at: Date }): Promise<void> {
  await query("update approval set status = $3, decided_by = $4, comment = $5, decided_at = $6, notice_due_at = null where tenant_id = $1 and id = $2", [input.tenantId, input.id, input.status, input.by, input.comment, input.at]);
}

/** Ends a request nobody has decided; false when a decision was faster. */
export async function expireApproval(query: TransactionQuery, tenantId: string, id: string, at: Date): Promise<boolean> {
  return (await query("update approval set status = 'expired', decided_at = $3, notice_due_at = null where tenant_id = $1 and id = $2 and status = 'waiting' returning id", [tenantId, id, at])).length > 0;
}

export async function setRule(query: TransactionQuery, input: { tenantId: string; id: string; rule: ApprovalRule; at: Date }): Promise<void> {
  await query("update approval set rule = $3::jsonb, notice_due_at = $4, notice_attempts = 0, notice_number = notice_number + 1 where tenant_id = $1 and id = $2", [input.tenantId, input.id, JSON.stringify(input.rule), input.at]);
}

export type EditedCall = { given: Record<string, unknown>; arguments: Record<string, unknown>; facts: Record<string, unknown>; amountCents: number | null; currency: string | null; callHash: string; describedAs: string; rule: ApprovalRule; policyRules: readonly string[] };

/** Puts another call in the place of the one that was asked for. Votes for the old one stay with its hash and revision, and count no more. */
export async function editCall(query: TransactionQuery, input: { tenantId: string; id: string; by: string; at: Date; call: EditedCall }): Promise<void> {
  const { call } = input;
  await query(
    `update approval set asked_arguments = coalesce(asked_arguments, arguments), given = $3::jsonb, arguments = $4::jsonb, facts = $5::jsonb, amount_cents = $6, currency = $7, call_hash = $8, revision = revision + 1, described_as = $9, rule = $10::jsonb, policy_rules = $11::text[], edited_by = $12,
       notice_due_at = $13, notice_attempts = 0, notice_number = notice_number + 1 where tenant_id = $1 and id = $2`,
    [input.tenantId, input.id, JSON.stringify(call.given), JSON.stringify(call.arguments), JSON.stringify(call.facts), call.amountCents, call.currency, call.callHash, call.describedAs, JSON.stringify(call.rule), [...call.policyRules], input.by, input.at],
  );
}

/** Which requests to take back: of a run, of a case, or by their ids. */
export type WithdrawnOf = { runId: string } | { caseId: string } | { ids: readonly string[] };
export type Withdrawn = { id: string; describedAs: string; subjectId: string; caseId: string | null; runId: string | null; externalId: string | null };

/** Takes back what nobody has decided, and ends the calls that waited for it. */
export async function withdrawWaiting(query: TransactionQuery, tenantId: string, of: WithdrawnOf, at: Date): Promise<Withdrawn[]> {
  const rows = await query(
    `with gone as (
       update approval set status = 'withdrawn', decided_at = $2::timestamptz, notice_due_at = null, told_at = case when external_id is null then $2::timestamptz end
       where tenant_id = $1 and status = 'waiting' and (run_id = $3 or case_id = $4 or id = any($5::text[])) returning id, call_id, described_as, conversation_id, case_id, run_id, external_id
     ), ended as (
       update tool_call t set status = 'denied', reason = 'It was taken back before anybody decided it.', say = null, output = '{"output": null, "needsPerson": false, "rules": ["approval.withdrawn"]}' from gone g where t.tenant_id = $1 and t.id = g.call_id and t.status = 'waiting'
     ) select * from gone order by id`,
    [tenantId, at, "runId" in of ? of.runId : null, "caseId" in of ? of.caseId : null, "ids" in of ? [...of.ids] : []],
  );
  const text = (value: unknown) => (typeof value === "string" ? value : null);
  return rows.map((row) => ({ id: String(row["id"]), describedAs: String(row["described_as"]), subjectId: text(row["conversation_id"]) ?? text(row["run_id"]) ?? String(row["id"]), caseId: text(row["case_id"]), runId: text(row["run_id"]), externalId: text(row["external_id"]) }));
}

/** `callHash`: of the call as it would be made now, for this owner. `usedBy`: the one call that it may be used for. */
export type TakenApproval = { tenantId: string; id: string; callHash: string; usedBy: string; contactId: string | null; conversationId: string | null };

/** Takes an approval for one call, once; the decider's name, or null when it does not allow this call, or not for this owner. */
export async function takeApproval(query: TransactionQuery, input: TakenApproval): Promise<string | null> {
  const row = (await query(
    `update approval set used_by = $4 where tenant_id = $1 and id = $2 and status = 'approved' and call_hash = $3 and contact_id is not distinct from $5 and conversation_id is not distinct from $6
     and (used_by is null or used_by = $4) returning decided_by`,
    [input.tenantId, input.id, input.callHash, input.usedBy, input.contactId, input.conversationId],
  ))[0];
  return typeof row?.["decided_by"] === "string" ? row["decided_by"] : null;
}
