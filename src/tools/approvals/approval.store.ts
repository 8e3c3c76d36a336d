import { z } from "zod";
import type { Database, Row, TransactionQuery } from "../../storage/database.ts";
import { bindCall, type CallOwner } from "./hash-call.ts";

const approvalRow = z.object({
  id: z.string(), run_id: z.string(), workflow: z.string(), pointer: z.string(), task_name: z.string(), conversation_id: z.string().nullable(), case_id: z.string().nullable(), contact_id: z.string().nullable(),
  contact_name: z.string().nullable().default(null), tool: z.string(), risk: z.enum(["read", "write", "money", "irreversible"]), arguments: z.record(z.string(), z.unknown()), call_hash: z.string(), described_as: z.string(), reason: z.string(),
  decided_by_role: z.enum(["admin", "agent"]), assignees: z.array(z.string()), status: z.enum(["waiting", "approved", "refused", "expired", "withdrawn"]), external_id: z.string(),
  requested_at: z.string(), deadline_at: z.string().nullable(), decided_at: z.string().nullable(), decided_by: z.string().nullable(), comment: z.string().nullable(), used_by: z.string().nullable(),
});

/** One approval as stored. `decided_by` is an actor's name in the ledger, as `user:user_…`. */
export type ApprovalRow = z.infer<typeof approvalRow>;

const FIELDS = `a.id, a.run_id, a.workflow, a.pointer, a.task_name, a.conversation_id, a.case_id, a.contact_id, a.tool, a.risk, a.arguments, a.call_hash, a.described_as, a.reason, a.decided_by_role, a.assignees, a.status, a.external_id,
  a.requested_at, a.deadline_at, a.decided_at, a.decided_by, a.comment, a.used_by`;
const WITH_NAME = `${FIELDS}, (select coalesce(c.name, c.email) from contact c where c.tenant_id = a.tenant_id and c.id = a.contact_id) as contact_name from approval a`;

export type NewApproval = {
  tenantId: string; id: string; runId: string; workflow: string; pointer: string; taskName: string; conversationId: string | null; caseId: string | null; contactId: string | null; tool: string; risk: string;
  arguments: Record<string, unknown>; callHash: string; describedAs: string; reason: string; role: "admin" | "agent"; assignees: readonly string[]; externalId: string; at: Date; deadlineAt: Date | null; eventDepth: number;
};

/** Stores a request once per id; a repeat gives it the new external id, and asks again when its run had ended. What was decided stays so. */
export async function insertApproval(query: TransactionQuery, input: NewApproval): Promise<boolean> {
  const rows = await query(
    `insert into approval (tenant_id, id, run_id, workflow, pointer, task_name, conversation_id, case_id, contact_id, tool, risk, arguments, call_hash, described_as, reason, decided_by_role, assignees, status, external_id, requested_at, deadline_at, event_depth)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12::jsonb, $13, $14, $15, $16, $17::text[], 'waiting', $18, $19, $20, $21)
     on conflict (tenant_id, id) do update set external_id = excluded.external_id, status = 'waiting', decided_at = null, deadline_at = case when approval.status = 'waiting' then approval.deadline_at else excluded.deadline_at end
       where approval.status in ('waiting', 'withdrawn') returning (xmax = 0) as is_new`,
    [
      input.tenantId, input.id, input.runId, input.workflow, input.pointer, input.taskName, input.conversationId, input.caseId, input.contactId, input.tool, input.risk, JSON.stringify(input.arguments), input.callHash, input.describedAs,
      input.reason, input.role, [...input.assignees], input.externalId, input.at, input.deadlineAt, input.eventDepth,
    ],
  );
  return rows[0]?.["is_new"] === true;
}

export async function findApproval(database: Database, tenantId: string, id: string): Promise<ApprovalRow | null> {
  const row = (await database.query(tenantId, { name: "approval_find", text: `select ${WITH_NAME} where a.tenant_id = $1 and a.id = $2` }, [tenantId, id]))[0];
  return row === undefined ? null : approvalRow.parse(row);
}

export async function lockApproval(query: TransactionQuery, tenantId: string, id: string): Promise<ApprovalRow | null> {
  const row = (await query(`select ${FIELDS} from approval a where a.tenant_id = $1 and a.id = $2 for update`, [tenantId, id]))[0];
  return row === undefined ? null : approvalRow.parse(row);
}

export async function markDecided(query: TransactionQuery, input: { tenantId: string; id: string; status: "approved" | "refused"; by: string; comment: string | null; at: Date }): Promise<void> {
  await query("update approval set status = $3, decided_by = $4, comment = $5, decided_at = $6 where tenant_id = $1 and id = $2", [input.tenantId, input.id, input.status, input.by, input.comment, input.at]);
}

export async function setAssignees(query: TransactionQuery, tenantId: string, id: string, assignees: readonly string[]): Promise<void> {
  await query("update approval set assignees = $3::text[] where tenant_id = $1 and id = $2", [tenantId, id, [...assignees]]);
}

/** Ends a request nobody has decided; false when a decision was faster. */
export async function expireApproval(query: TransactionQuery, tenantId: string, id: string, at: Date): Promise<boolean> {
  return (await query("update approval set status = 'expired', decided_at = $3 where tenant_id = $1 and id = $2 and status = 'waiting' returning id", [tenantId, id, at])).length > 0;
}

/** A run that has ended needs no decision any more. Returns how many had waited for one. */
export async function withdrawApprovals(database: Database, tenantId: string, runId: string, at: Date): Promise<number> {
  return (await database.query(tenantId, { name: "approval_withdraw", text: "update approval set status = 'withdrawn', decided_at = $3 where tenant_id = $1 and run_id = $2 and status = 'waiting' returning id" }, [tenantId, runId, at])).length;
}

const USE = {
  name: "approval_use",
  text: `update approval set used_by = $4 where tenant_id = $1 and id = $2 and status = 'approved' and call_hash = $3 and contact_id is not distinct from $5 and conversation_id is not distinct from $6
    and (used_by is null or used_by = $4) returning decided_by`,
};

/** `callHash` is of `hashCall`. `owner`: for whom the call is made. */
export type TakenApproval = { tenantId: string; id: string; callHash: string; usedBy: string; owner: CallOwner };

/** Takes an approval for one call, once; the decider's name, or null when it does not allow this call, or not for this owner. */
export async function takeApproval(database: Database, input: TakenApproval): Promise<string | null> {
  const { owner } = input;
  const row = (await database.query(input.tenantId, USE, [input.tenantId, input.id, bindCall(input.callHash, owner), input.usedBy, owner.contactId, owner.conversationId]))[0];
  return typeof row?.["decided_by"] === "string" ? row["decided_by"] : null;
}

export type ApprovalFilter = { status?: string; runId?: string; conversationId?: string; before?: { at: string; id: string }; limit: number };

/** Newest first. */
export async function listApprovals(database: Database, tenantId: string, filter: ApprovalFilter): Promise<ApprovalRow[]> {
  const rows: Row[] = await database.query(
    tenantId,
    {
      name: "approval_list",
      text: `select ${WITH_NAME} where a.tenant_id = $1 and ($2::text is null or a.status = $2) and ($3::text is null or a.run_id = $3) and ($4::text is null or a.conversation_id = $4)
        and ($5::timestamptz is null or (a.requested_at, a.id) < ($5, $6)) order by a.requested_at desc, a.id desc limit $7`,
    },
    [tenantId, filter.status ?? null, filter.runId ?? null, filter.conversationId ?? null, filter.before?.at ?? null, filter.before?.id ?? null, filter.limit],
  );
  return rows.map((row) => approvalRow.parse(row));
}

/** Decisions whose runs have not been told yet. */
export async function listUntold(database: Database, tenantId: string, limit: number): Promise<{ id: string; externalId: string }[]> {
  const rows = await database.query(tenantId, { name: "approval_untold", text: "select id, external_id from approval where tenant_id = $1 and status in ('approved', 'refused') and told_at is null order by decided_at limit $2" }, [tenantId, limit]);
  return rows.map((row) => ({ id: String(row["id"]), externalId: String(row["external_id"]) }));
}

export async function markTold(database: Database, tenantId: string, id: string, at: Date): Promise<void> {
  await database.query(tenantId, { name: "approval_told", text: "update approval set told_at = $3 where tenant_id = $1 and id = $2" }, [tenantId, id, at]);
}

