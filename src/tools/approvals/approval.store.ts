import { z } from "zod";
import type { ApprovalRule } from "../../policy/policy.ts";
import type { Database, Row, TransactionQuery } from "../../storage/database.ts";

const approver = z.union([z.object({ kind: z.literal("role"), role: z.string() }), z.object({ kind: z.literal("user"), user: z.string() })]);
const rule = z.object({ groups: z.array(z.object({ anyOf: z.array(approver), people: z.number() })), deadlineMs: z.number().nullable() });
const values = z.record(z.string(), z.unknown());
const orNull = z.string().nullable();

const approvalRow = z.object({
  id: z.string(), call_id: orNull, turn_id: orNull, run_id: orNull, workflow: orNull, pointer: orNull, task_name: orNull, channel: z.string(), conversation_id: orNull, case_id: orNull, contact_id: orNull,
  contact_name: orNull.default(null), caller_name: orNull.default(null), turn_intent: orNull.default(null), principal: z.string(), requested_by: z.string(), tool: z.string(), risk: z.enum(["read", "write", "money", "irreversible"]), given: values, arguments: values, facts: values,
  amount_cents: z.number().nullable(), currency: orNull, policy_rules: z.array(z.string()), said: orNull, told_as: orNull, rule, asked_rule: rule, call_hash: z.string(), revision: z.number(), asked_hash: z.string(), asked_arguments: values.nullable(), edited_by: orNull,
  described_as: z.string(), reason: z.string(), status: z.enum(["waiting", "approved", "refused", "expired", "withdrawn"]), external_id: orNull, requested_at: z.string(), deadline_at: orNull, decided_at: orNull, decided_by: orNull, comment: orNull,
  used_by: orNull, event_depth: z.number(),
});

/**
 * One approval as stored. `arguments` is the whole call, `given` without what the server set; `asked_*` as it was at first; `revision`
 * counts what a yes of before does not outlive: changes of the call, and asking again after it was taken back.
 * `decided_by` and `requested_by` are actors' names in the ledger, as `user:user_…`. `turn_intent`: what the contact wanted by the turn
 * that asked; with `contact_name` and `caller_name` (the key's, where another system asks) it is read by `findApproval` and `listApprovals` only.
 */
export type ApprovalRow = z.infer<typeof approvalRow>;

const FIELDS = `a.id, a.call_id, a.turn_id, a.run_id, a.workflow, a.pointer, a.task_name, a.channel, a.conversation_id, a.case_id, a.contact_id, a.principal, a.requested_by, a.tool, a.risk, a.given, a.arguments, a.facts, a.amount_cents, a.currency,
  a.policy_rules, a.said, a.told_as, a.rule, a.asked_rule, a.call_hash, a.revision, a.asked_hash, a.asked_arguments, a.edited_by, a.described_as, a.reason, a.status, a.external_id, a.requested_at, a.deadline_at, a.decided_at, a.decided_by, a.comment, a.used_by, a.event_depth`;
const WITH_NAME = `${FIELDS}, (select coalesce(c.name, c.email) from contact c where c.tenant_id = a.tenant_id and c.id = a.contact_id) as contact_name,
  (select k.name from api_key k where k.tenant_id = a.tenant_id and a.principal = 'ApiKey:' || k.id) as caller_name,
  (select t.intent from turn t where t.tenant_id = a.tenant_id and t.id = a.turn_id) as turn_intent from approval a`;

export type NewApproval = {
  tenantId: string; id: string; callId: string | null; turnId: string | null; runId: string | null; workflow: string | null; pointer: string | null; taskName: string | null; channel: string; conversationId: string | null; caseId: string | null; contactId: string | null;
  principal: string; tool: string; risk: string; given: Record<string, unknown>; arguments: Record<string, unknown>; facts: Record<string, unknown>; amountCents: number | null; currency: string | null; policyRules: readonly string[]; policyHash: string | null;
  rule: ApprovalRule; /** Of the run. */ startedBy: string | null; callHash: string; describedAs: string; reason: string; toldAs: string | null; externalId: string | null; at: Date; deadlineAt: Date | null; eventDepth: number;
};

/**
 * Stores a request once per id; a repeat gives it the new external id, and asks again when it had been withdrawn. What was
 * decided stays so. Who had it made is who began the run, or the one around it; what the customer wrote: their last three messages of that day.
 */
export async function insertApproval(query: TransactionQuery, input: NewApproval): Promise<boolean> {
  const rows = await query(
    `insert into approval (tenant_id, id, call_id, turn_id, run_id, workflow, pointer, task_name, channel, conversation_id, case_id, contact_id, principal, requested_by, tool, risk, given, arguments, facts, amount_cents, currency, policy_rules, policy_hash,
       rule, asked_rule, call_hash, asked_hash, described_as, reason, told_as, external_id, requested_at, deadline_at, event_depth, status, notice_due_at, said)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, coalesce((with recursive run as (select $32::text as started_by union all select r.started_by from run join workflow_run r on r.tenant_id = $1 and run.started_by = 'run ' || r.id) select started_by from run where started_by ~ '^(user|key):' limit 1), $13), $14, $15, $16::jsonb, $17::jsonb, $18::jsonb, $19, $20, $21::text[], $22,
       $23::jsonb, $23::jsonb, $24, $24, $25, $26, $27, $28, $29, $30, $31, 'waiting', $29,
       (select left(string_agg(s.body, E'\\n' order by s.seq), 4000) from (select m.body, m.seq from message m where m.tenant_id = $1 and m.conversation_id = $10 and m.author = 'contact' and m.created_at > $29::timestamptz - interval '1 day' order by m.seq desc limit 3) s))
     on conflict (tenant_id, id) do update set external_id = coalesce(excluded.external_id, approval.external_id), status = 'waiting', decided_at = null, told_at = null, revision = approval.revision + case when approval.status = 'withdrawn' then 1 else 0 end, deadline_at = case when approval.status = 'waiting' then approval.deadline_at else excluded.deadline_at end
       where approval.status in ('waiting', 'withdrawn') returning (xmax = 0) as is_new`,
    [
      input.tenantId, input.id, input.callId, input.turnId, input.runId, input.workflow, input.pointer, input.taskName, input.channel, input.conversationId, input.caseId, input.contactId, input.principal, input.tool, input.risk, JSON.stringify(input.given),
      JSON.stringify(input.arguments), JSON.stringify(input.facts), input.amountCents, input.currency, [...input.policyRules], input.policyHash, JSON.stringify(input.rule), input.callHash, input.describedAs, input.reason, input.toldAs, input.externalId, input.at,
      input.deadlineAt, input.eventDepth, input.startedBy,
    ],
  );
  return rows[0]?.["is_new"] === true;
}

/** The same call that waits already, as asked for or as changed since: in this conversation, or without one for the same principal; null: none. */
export async function findWaitingTwin(query: TransactionQuery, tenantId: string, call: { conversationId: string | null; principal: string; callHash: string; id: string }): Promise<{ id: string; principal: string; describedAs: string } | null> {
  const row = (await query(
    `select id, principal, described_as from approval where tenant_id = $1 and (conversation_id = $2 or ($2::text is null and conversation_id is null and run_id is null and principal = $5))
     and status = 'waiting' and (call_hash = $3 or asked_hash = $3) and id <> $4 limit 1`, [tenantId, call.conversationId, call.callHash, call.id, call.principal],
  ))[0];
  return row === undefined ? null : { id: String(row["id"]), principal: String(row["principal"]), describedAs: String(row["described_as"]) };
}

export async function findApproval(database: Database, tenantId: string, id: string): Promise<ApprovalRow | null> {
  const row = (await database.query(tenantId, { name: "approval_find", text: `select ${WITH_NAME} where a.tenant_id = $1 and a.id = $2` }, [tenantId, id]))[0];
  return row === undefined ? null : approvalRow.parse(row);
}

export async function lockApproval(query: TransactionQuery, tenantId: string, id: string): Promise<ApprovalRow | null> {
  const row = (await query(`select ${FIELDS} from approval a where a.tenant_id = $1 and a.id = $2 for update`, [tenantId, id]))[0];
  return row === undefined ? null : approvalRow.parse(row);
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

/** Gives a request that is undecided the place where its decision is awaited; null: it is decided already, or is not there. */
export async function listenFor(database: Database, tenantId: string, id: string, externalId: string): Promise<{ deadlineAt: string | null } | null> {
  const rows = await database.query(tenantId, { name: "approval_listen", text: "update approval set external_id = $3 where tenant_id = $1 and id = $2 and status = 'waiting' returning deadline_at" }, [tenantId, id, externalId]);
  const row = rows[0];
  return row === undefined ? null : { deadlineAt: typeof row["deadline_at"] === "string" ? row["deadline_at"] : null };
}

/** What was decided or withdrawn, and whoever waits for it has not been told. */
export async function listUntold(database: Database, tenantId: string, limit: number): Promise<{ id: string; externalId: string }[]> {
  const rows = await database.query(tenantId, { name: "approval_untold", text: "select id, external_id from approval where tenant_id = $1 and status in ('approved', 'refused', 'withdrawn') and told_at is null and external_id is not null order by decided_at limit $2" }, [tenantId, limit]);
  return rows.map((row) => ({ id: String(row["id"]), externalId: String(row["external_id"]) }));
}

export async function markTold(database: Database, tenantId: string, id: string, at: Date): Promise<void> {
  await database.query(tenantId, { name: "approval_told", text: "update approval set told_at = $3 where tenant_id = $1 and id = $2" }, [tenantId, id, at]);
}

/** Requests of turns whose wait has not begun: the engine was away, or the process died in between. */
export async function listUnattended(database: Database, tenantId: string, asked: { before: Date; limit: number }): Promise<string[]> {
  const rows = await database.query(tenantId, { name: "approval_unattended", text: "select id from approval where tenant_id = $1 and status in ('waiting', 'approved', 'refused') and run_id is null and call_id is not null and external_id is null and requested_at < $2 and told_at is null order by requested_at limit $3" }, [tenantId, asked.before, asked.limit]);
  return rows.map((row) => String(row["id"]));
}
