import type { Citation } from "../shapes/conversation.ts";
import type { TransactionQuery } from "../storage/database.ts";

/** SQL of taking over, replying, handing back. Each runs in the caller's transaction, after `lockConversation`. */

export type LockedConversation = { holder: "ai" | "queue" | "human"; assigneeId: string | null; caseId: string | null; lastSeq: number };

/** The row lock that the delivery of an AI reply needs as well: whoever has it decides. */
export async function lockConversation(query: TransactionQuery, tenantId: string, conversationId: string): Promise<LockedConversation | null> {
  const row = (await query("select holder, assignee_id, current_case_id, last_seq from conversation where tenant_id = $1 and id = $2 for update", [tenantId, conversationId]))[0];
  if (!row) return null;
  const text = (value: unknown) => (typeof value === "string" ? value : null);
  const holder = row["holder"];
  return { holder: holder === "human" || holder === "queue" ? holder : "ai", assigneeId: text(row["assignee_id"]), caseId: text(row["current_case_id"]), lastSeq: Number(row["last_seq"]) };
}

/** Whoever takes the conversation from the AI also ends its turn under way: its reply must not come after a hand-back. */
export async function setHolder(query: TransactionQuery, input: { tenantId: string; conversationId: string; holder: "ai" | "queue" | "human"; assigneeId: string | null; at: Date }): Promise<void> {
  await query(`update conversation set holder = $3, assignee_id = $4, updated_at = $5, running_turn_id = case when $3 = 'ai' then running_turn_id end, running_since = case when $3 = 'ai' then running_since end
    where tenant_id = $1 and id = $2`, [input.tenantId, input.conversationId, input.holder, input.assigneeId, input.at]);
}

/** Adds a message at the end of the thread; returns its number. `turnId`: of the turn that drafted it. */
export async function appendMessage(
  query: TransactionQuery,
  input: { tenantId: string; conversationId: string; caseId: string | null; messageId: string; author: "human" | "system"; authorId: string | null; authorName: string | null; channel: string; text: string; citations?: readonly Citation[]; turnId?: string; at: Date },
): Promise<number> {
  const rows = await query(
    `with numbered as (update conversation set last_seq = last_seq + 1, updated_at = $10 where tenant_id = $1 and id = $2 returning last_seq)
     insert into message (tenant_id, id, conversation_id, case_id, seq, author, author_id, author_name, channel, body, created_at, citations, turn_id)
     select $1, $4, $2, $3, last_seq, $5, $6, $7, $8, $9, $10, $11, $12 from numbered returning seq`,
    [input.tenantId, input.conversationId, input.caseId, input.messageId, input.author, input.authorId, input.authorName, input.channel, input.text, input.at, JSON.stringify(input.citations ?? []), input.turnId ?? null],
  );
  return Number(rows[0]?.["seq"]);
}

/** The channel the contact wrote on last; replies go there. */
export async function lastChannel(query: TransactionQuery, tenantId: string, conversationId: string): Promise<string | null> {
  const row = (await query("select channel from message where tenant_id = $1 and conversation_id = $2 and author = 'contact' order by seq desc limit 1", [tenantId, conversationId]))[0];
  return typeof row?.["channel"] === "string" ? row["channel"] : null;
}

export async function queueOutbound(query: TransactionQuery, input: { tenantId: string; outboxId: string; messageId: string; conversationId: string; channel: string; at: Date }): Promise<void> {
  await query("insert into outbox (tenant_id, id, message_id, conversation_id, channel, status, next_attempt_at, created_at) values ($1, $2, $3, $4, $5, 'pending', $6, $6)", [input.tenantId, input.outboxId, input.messageId, input.conversationId, input.channel, input.at]);
}

/** Marks the open hand-off as held, or makes one when a person steps in unasked. */
export async function holdHandoff(query: TransactionQuery, input: { tenantId: string; conversationId: string; caseId: string | null; handoffId: string; assigneeId: string; at: Date }): Promise<void> {
  const held = await query("update handoff set status = 'held', assignee_id = $3, taken_at = $4 where tenant_id = $1 and conversation_id = $2 and status in ('waiting', 'held') returning id", [input.tenantId, input.conversationId, input.assigneeId, input.at]);
  if (held.length > 0) return;
  const summary = { headline: "A colleague took over without being asked.", intent: null, sentiment: null, language: null, openQuestion: null, verifiedFacts: [], suggestedNextStep: null };
  await query(`insert into handoff (tenant_id, id, conversation_id, case_id, status, reason, summary, tried, assignee_id, requested_at, taken_at) values ($1, $2, $3, $4, 'held', 'agent.took_over', $5, '[]', $6, $7, $7)`, [
    input.tenantId, input.handoffId, input.conversationId, input.caseId, JSON.stringify(summary), input.assigneeId, input.at,
  ]);
}

/** Asks for a person, when none is under way. False when one is open already. */
export async function openHandoff(query: TransactionQuery, input: { tenantId: string; conversationId: string; caseId: string | null; handoffId: string; turnId?: string; reason: string; summary: unknown; tried: unknown; at: Date }): Promise<boolean> {
  const rows = await query(`insert into handoff (tenant_id, id, conversation_id, case_id, status, reason, summary, tried, requested_at, turn_id) values ($1, $2, $3, $4, 'waiting', $5, $6, $7, $8, $9)
    on conflict (tenant_id, conversation_id) where status in ('waiting', 'held') do nothing returning id`, [
    input.tenantId, input.handoffId, input.conversationId, input.caseId, input.reason, JSON.stringify(input.summary), JSON.stringify(input.tried), input.at, input.turnId ?? null,
  ]);
  return rows.length > 0;
}

/** What is known about the contact and the open case, for the person who takes over. */
export async function readBackground(query: TransactionQuery, tenantId: string, conversationId: string): Promise<{ name: string | null; isVerified: boolean; email: string | null; subject: string | null; intent: string | null; lastText: string | null }> {
  const row = (
    await query(
      `select c.name, c.email, s.subject, s.intent, exists (select from contact_identity i where i.tenant_id = $1 and i.contact_id = c.id and i.is_verified) as is_verified,
        (select m.body from message m where m.tenant_id = $1 and m.conversation_id = v.id and m.author = 'contact' order by m.seq desc limit 1) as last_text
       from conversation v join contact c on c.tenant_id = v.tenant_id and c.id = v.contact_id left join support_case s on s.tenant_id = v.tenant_id and s.id = v.current_case_id where v.tenant_id = $1 and v.id = $2`,
      [tenantId, conversationId],
    )
  )[0];
  const text = (name: string) => (typeof row?.[name] === "string" ? row[name] : null);
  return { name: text("name"), isVerified: row?.["is_verified"] === true, email: text("email"), subject: text("subject"), intent: text("intent"), lastText: text("last_text") };
}

export async function endHandoff(query: TransactionQuery, input: { tenantId: string; conversationId: string; status: "returned" | "closed"; at: Date }): Promise<void> {
  await query("update handoff set status = $3, ended_at = $4 where tenant_id = $1 and conversation_id = $2 and status in ('waiting', 'held')", [input.tenantId, input.conversationId, input.status, input.at]);
}

/** Gives the contact's messages since the last reply back to the inbox, so that the AI answers them. Returns how many. */
export async function reopenUnanswered(query: TransactionQuery, tenantId: string, conversationId: string): Promise<number> {
  const rows = await query(
    `with open as (
       update inbox i set turn_id = null from message m where i.tenant_id = $1 and i.conversation_id = $2 and m.tenant_id = $1 and m.id = i.message_id and i.turn_id is not null
         and m.seq > coalesce((select max(seq) from message r where r.tenant_id = $1 and r.conversation_id = $2 and r.author in ('ai', 'human')), 0) returning i.message_id)
     update conversation set pending_count = pending_count + (select count(*) from open) where tenant_id = $1 and id = $2 returning (select count(*) from open) as reopened`,
    [tenantId, conversationId],
  );
  return Number(rows[0]?.["reopened"] ?? 0);
}

export async function resolveCase(query: TransactionQuery, tenantId: string, conversationId: string, caseId: string, at: Date): Promise<void> {
  await query("update support_case set status = 'resolved', resolved_at = $3 where tenant_id = $1 and id = $2", [tenantId, caseId, at]);
  await query("update conversation set current_case_id = null where tenant_id = $1 and id = $2", [tenantId, conversationId]);
}

/** A message that was stored before under this key of the sender; replies are sent once. */
export async function findSent(query: TransactionQuery, tenantId: string, messageId: string): Promise<{ body: string; conversationId: string; seq: number; caseId: string | null; createdAt: string; channel: string } | null> {
  const row = (await query("select body, conversation_id, seq, case_id, created_at, channel from message where tenant_id = $1 and id = $2", [tenantId, messageId]))[0];
  if (!row) return null;
  return { body: String(row["body"]), conversationId: String(row["conversation_id"]), seq: Number(row["seq"]), caseId: typeof row["case_id"] === "string" ? row["case_id"] : null, createdAt: String(row["created_at"]), channel: String(row["channel"]) };
}

/** What the AI has asked before a person came is no longer open, and a "yes" to it means nothing. */
export async function lapseQuestion(query: TransactionQuery, tenantId: string, caseId: string): Promise<void> {
  await query(`update support_case set focus = focus || '{"pending": null, "hasLapsed": true}' where tenant_id = $1 and id = $2`, [tenantId, caseId]);
}
