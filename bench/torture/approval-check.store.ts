import type pg from "pg";
import { z } from "zod";

/** Read with the superuser's eyes, over everything that the torture of approvals has left. */

const rule = z.object({ groups: z.array(z.object({ anyOf: z.array(z.union([z.object({ kind: z.literal("role"), role: z.string() }), z.object({ kind: z.literal("user"), user: z.string() })])), people: z.number() })), deadlineMs: z.number().nullable() });
const row = z.object({
  id: z.string(), status: z.string(), callId: z.string(), callHash: z.string(), revision: z.number(), tool: z.string(), arguments: z.record(z.string(), z.unknown()), rule, contactId: z.string().nullable(), conversationId: z.string().nullable(),
  usedBy: z.string().nullable(), callStatus: z.string().nullable(), callReason: z.string().nullable(), effectTool: z.string().nullable(), effectOrder: z.number().nullable(), ledgerHash: z.string().nullable(), turnId: z.string().nullable(),
  told: z.array(z.object({ messageId: z.string(), text: z.string().nullable(), isAsRecorded: z.boolean().nullable() })), leftToPerson: z.number(), tried: z.number(),
  votes: z.array(z.object({ hash: z.string(), revision: z.number(), userId: z.string(), email: z.string(), role: z.string() })),
});
export type StoredApproval = z.infer<typeof row>;

/**
 * `turnId`: null where an assistant of the contact's own asked. `told`: what the ledger says that the contact was told of this very
 * approval, each with its message. `leftToPerson`: how often the ledger says that a person has the outcome instead; `tried`: where it lies before one.
 */
export async function readApprovals(client: pg.Client): Promise<StoredApproval[]> {
  const { rows } = await client.query(`select a.id, a.status, a.call_id as "callId", a.call_hash as "callHash", a.revision, a.tool, a.arguments, a.rule, a.contact_id as "contactId", a.conversation_id as "conversationId", a.used_by as "usedBy",
      c.status as "callStatus", c.reason as "callReason", e.tool as "effectTool", e.order_number as "effectOrder",
      (select l.body::jsonb ->> 'callHash' from ledger_entry l where l.kind = 'tool.called' and l.body::jsonb ->> 'callId' = a.call_id limit 1) as "ledgerHash",
      a.turn_id as "turnId",
      coalesce((select jsonb_agg(jsonb_build_object('messageId', l.body::jsonb ->> 'messageId', 'text', m.body, 'isAsRecorded', encode(sha256(convert_to(m.body, 'UTF8')), 'hex') = l.body::jsonb ->> 'sha256'))
        from ledger_entry l left join message m on m.id = l.body::jsonb ->> 'messageId' and m.conversation_id = a.conversation_id and m.author = 'ai' where l.kind = 'approval.told' and l.body::jsonb ->> 'approvalId' = a.id), '[]') as told,
      (select count(*)::int from ledger_entry l where l.kind = 'approval.left_to_person' and l.body::jsonb ->> 'approvalId' = a.id) as "leftToPerson",
      (select count(*)::int from handoff h, jsonb_array_elements(h.tried) t where h.conversation_id = a.conversation_id and t ->> 'what' = a.described_as and (t ->> 'at')::timestamptz = a.decided_at) as tried,
      coalesce((select jsonb_agg(jsonb_build_object('hash', v.call_hash, 'revision', v.revision, 'userId', v.user_id, 'email', v.email, 'role', v.role)) from approval_vote v where v.approval_id = a.id), '[]') as votes
    from approval a left join tool_call c on c.tenant_id = a.tenant_id and c.id = a.call_id left join shop.effects e on e.idempotency_key = a.call_id order by a.requested_at`);
  return rows.map((each) => row.parse(each));
}

type Check = { name: string; text: string };

/** Each query returns one row with `fault` for whatever must not be. */
const CHECKS: readonly Check[] = [
  { name: "ranTwice", text: "select 'order ' || order_number || ' has ' || count(*) || ' effects' as fault from shop.effects where order_number >= 3000 group by order_number having count(*) > 1" },
  { name: "ranTwice", text: "select 'order ' || order_number || ' has ' || count(*) || ' refunds' as fault from shop.refunds where order_number >= 3000 group by order_number having count(*) > 1" },
  { name: "ranTwice", text: "select 'call ' || (body::jsonb ->> 'callId') || ' is recorded ' || count(*) || ' times' as fault from ledger_entry where kind = 'tool.called' group by body::jsonb ->> 'callId' having count(*) > 1" },
  { name: "ranUnapproved", text: "select 'effect ' || e.idempotency_key || ' on order ' || e.order_number || ' was asked of nobody' as fault from shop.effects e where e.order_number >= 3000 and not exists (select from approval a where a.call_id = e.idempotency_key)" },
  { name: "lostRequests", text: "select 'turn ' || m.turn_id || ' says that people were asked, and they were not' as fault from message m where m.author = 'ai' and m.body like '%I have asked a colleague to approve%' and not exists (select from approval a where a.turn_id = m.turn_id)" },
  { name: "toldTwice", text: "select 'message ' || m.id || ' belongs to no turn, and tells of ' || count(l.id) || ' approvals' as fault from message m left join ledger_entry l on l.kind = 'approval.told' and l.body::jsonb ->> 'messageId' = m.id where m.author = 'ai' and m.turn_id is null group by m.id having count(l.id) <> 1" },
  { name: "lostRequests", text: "select 'approval ' || a.id || ' waits for the call ' || a.call_id || ', which is not there' as fault from approval a where not exists (select from tool_call c where c.id = a.call_id)" },
];

export async function checkApprovals(client: pg.Client): Promise<{ name: string; fault: string }[]> {
  const faults: { name: string; fault: string }[] = [];
  for (const { name, text } of CHECKS) faults.push(...(await client.query<{ fault: string }>(text)).rows.map(({ fault }) => ({ name, fault })));
  return faults;
}

/** What has not come to its end. */
export async function countOpen(client: pg.Client): Promise<number> {
  const { rows } = await client.query<{ open: number }>(`select ((select count(*) from approval where status = 'waiting') + (select count(*) from tool_call where status in ('waiting', 'started'))
    + (select count(*) from approval a where a.status in ('approved', 'refused', 'expired') and a.turn_id is not null
       and not exists (select from ledger_entry l where l.kind in ('approval.told', 'approval.left_to_person') and l.body::jsonb ->> 'approvalId' = a.id)))::int as open`);
  return rows[0]?.open ?? 0;
}
