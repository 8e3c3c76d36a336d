import type { TransactionQuery } from "../../storage/database.ts";

/** SQL of what a run says. Each runs in the caller's transaction, after the conversation's row lock. */

export async function isSaid(query: TransactionQuery, tenantId: string, messageId: string): Promise<number | null> {
  const row = (await query("select seq from message where tenant_id = $1 and id = $2", [tenantId, messageId]))[0];
  return row === undefined ? null : Number(row["seq"]);
}

export type RunMessage = {
  tenantId: string; conversationId: string; caseId: string | null; runId: string; workflow: string; pointer: string | null; messageId: string; kind: "reply" | "question" | "handoff"; authorName: string; channel: string; text: string;
  citations: readonly unknown[]; turnStatus: "replied" | "handed_off"; at: Date;
};

/**
 * Adds the run's message at the end of the thread. The contact's latest turn that was given to a run becomes its turn, so
 * that the message stands in that turn's trace.
 */
export async function appendRunMessage(query: TransactionQuery, input: RunMessage): Promise<number> {
  const rows = await query(
    `with last as (
       select t.id from turn t where t.tenant_id = $1 and t.conversation_id = $2 and t.status = 'silent' and t.reply_message_id is null and t.decision ~ '^(workflow|answer):' order by t.started_at desc, t.id desc limit 1
     ), numbered as (
       update conversation set last_seq = last_seq + 1, updated_at = $9 where tenant_id = $1 and id = $2 returning last_seq
     ), ended as (
       update turn t set status = $10, reply_message_id = $4 from last where t.tenant_id = $1 and t.id = last.id
     ), noted as (
       insert into workflow_message (tenant_id, message_id, run_id, kind, workflow, pointer, created_at) values ($1, $4, $11, $12, $13, $14, $9)
     )
     insert into message (tenant_id, id, conversation_id, case_id, seq, author, author_name, channel, body, citations, turn_id, created_at)
     select $1, $4, $2, $3, last_seq, 'ai', $5, $6, $7, $8::jsonb, (select id from last), $9 from numbered returning seq`,
    [input.tenantId, input.conversationId, input.caseId, input.messageId, input.authorName, input.channel, input.text, JSON.stringify(input.citations), input.at, input.turnStatus, input.runId, input.kind, input.workflow, input.pointer],
  );
  return Number(rows[0]?.["seq"]);
}
