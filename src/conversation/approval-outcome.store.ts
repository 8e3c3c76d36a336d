import type { TransactionQuery } from "../storage/database.ts";

/** SQL of what the contact is told of an approval. Each runs in the caller's transaction, after the conversation's row lock. */

/** Adds the AI's message at the end of the thread; returns its number. It is no turn's reply: that one was sent. */
export async function appendOutcome(query: TransactionQuery, input: { tenantId: string; conversationId: string; caseId: string | null; messageId: string; authorName: string; channel: string; text: string; at: Date }): Promise<number> {
  const rows = await query(
    `with numbered as (
       update conversation set last_seq = last_seq + 1, updated_at = $8 where tenant_id = $1 and id = $2 returning last_seq
     )
     insert into message (tenant_id, id, conversation_id, case_id, seq, author, author_name, channel, body, created_at)
     select $1, $4, $2, $3, last_seq, 'ai', $5, $6, $7, $8 from numbered returning seq`,
    [input.tenantId, input.conversationId, input.caseId, input.messageId, input.authorName, input.channel, input.text, input.at],
  );
  return Number(rows[0]?.["seq"]);
}

export type TriedLine = { what: string; result: string; at: string };

/** Whether the contact has read the outcome, or a person has it before them, as an earlier attempt may have left it. */
export async function isOutcomeTold(query: TransactionQuery, tenantId: string, outcome: { conversationId: string; messageId: string; tried: TriedLine }): Promise<boolean> {
  const row = (await query(
    `select exists (select from message where tenant_id = $1 and id = $3) or exists (select from handoff where tenant_id = $1 and conversation_id = $2 and tried @> $4::jsonb) as is_told`,
    [tenantId, outcome.conversationId, outcome.messageId, JSON.stringify([outcome.tried])],
  ))[0];
  return row?.["is_told"] === true;
}

/** Puts what became of a call before the person who has the conversation, or is awaited. */
export async function addToTried(query: TransactionQuery, tenantId: string, conversationId: string, tried: TriedLine): Promise<void> {
  await query("update handoff set tried = tried || $3::jsonb where tenant_id = $1 and conversation_id = $2 and status in ('waiting', 'held')", [tenantId, conversationId, JSON.stringify([tried])]);
}
