import type { Database, Row } from "../storage/database.ts";

export type StoredInbound = { messageId: string; conversationId: string; bodyHash: string; seq: number; caseId: string | null; createdAt: string; body: string; channel: string };

// One statement for all that comes in together: the inbox row drops repeats, the conversation's row gives the number and
// counts what waits for a turn.
const STORE = {
  name: "inbox_store",
  textOf: (lock: string) => `with item as materialized (
      select * from jsonb_to_recordset($2::jsonb) as x(ord int, channel text, channel_message_id text, body_hash text, message_id text, conversation_id text, at timestamptz, contact_id text, body text, address text, is_anonymous boolean)
    ), held as materialized (
      select c.id, i.ord, i.is_anonymous and exists (select from contact_identity v where v.tenant_id = $1 and v.contact_id = c.contact_id and v.is_verified) as is_expired
      from conversation c join item i on i.conversation_id = c.id where c.tenant_id = $1 for no key update of c ${lock}
    ), fresh as (
      insert into inbox (tenant_id, channel, channel_message_id, body_hash, message_id, conversation_id, received_at)
      select $1, i.channel, i.channel_message_id, i.body_hash, i.message_id, i.conversation_id, i.at from item i join held h on h.ord = i.ord and not h.is_expired
      on conflict do nothing returning message_id
    ), numbered as (
      update conversation c set last_seq = c.last_seq + 1, pending_count = c.pending_count + 1, updated_at = i.at
      from item i join fresh f on f.message_id = i.message_id where c.tenant_id = $1 and c.id = i.conversation_id
      returning i.ord, i.message_id, i.conversation_id, i.contact_id, i.channel, i.body, i.at, i.address, c.last_seq, c.current_case_id
    ), endpoint as (
      insert into channel_endpoint (tenant_id, conversation_id, channel, address, updated_at)
      select $1, n.conversation_id, n.channel, n.address, n.at from numbered n where n.address is not null
      on conflict (tenant_id, conversation_id, channel) do update set address = excluded.address, updated_at = excluded.updated_at
    ), written as (
      insert into message (tenant_id, id, conversation_id, case_id, seq, author, author_id, channel, body, created_at)
      select $1, n.message_id, n.conversation_id, n.current_case_id, n.last_seq, 'contact', n.contact_id, n.channel, n.body, n.at from numbered n
    )
    select ord, last_seq as seq, current_case_id as case_id, false as is_skipped, false as is_expired from numbered
    union all select h.ord, null, null, false, true from held h where h.is_expired
    union all select i.ord, null, null, true, false from item i where not exists (select from held h where h.ord = i.ord) and ${lock !== ""}`,
};

const FIND = {
  name: "inbox_find",
  text: `select i.message_id, i.conversation_id, i.body_hash, m.seq, m.case_id, m.created_at, m.body, m.channel from inbox i join message m on m.tenant_id = i.tenant_id and m.id = i.message_id
    where i.tenant_id = $1 and i.channel = $2 and i.channel_message_id = $3`,
};

/**
 * Stores an inbound message once. Null: the channel's id is known already, or there is no such conversation. "expired": it
 * came with an anonymous visit's token, and the visit is a verified person's by now.
 */
export async function storeInbound(
  database: Database,
  input: { tenantId: string; channel: string; channelMessageId: string; bodyHash: string; messageId: string; conversationId: string; at: Date; contactId: string; text: string; address: string | null; isAnonymous: boolean },
): Promise<{ seq: number; caseId: string | null } | "expired" | null> {
  const row = await database.batch(input.tenantId, STORE, {
    key: input.conversationId,
    values: { channel: input.channel, channel_message_id: input.channelMessageId, body_hash: input.bodyHash, message_id: input.messageId, conversation_id: input.conversationId, at: input.at, contact_id: input.contactId, body: input.text, address: input.address, is_anonymous: input.isAnonymous },
  });
  if (row?.["is_expired"] === true) return "expired";
  return typeof row?.["seq"] === "number" ? { seq: row["seq"], caseId: textOrNull(row, "case_id") } : null;
}

export async function findInbound(database: Database, tenantId: string, channel: string, channelMessageId: string): Promise<StoredInbound | null> {
  const row = (await database.query(tenantId, FIND, [tenantId, channel, channelMessageId]))[0];
  if (!row) return null;
  return { messageId: String(row["message_id"]), conversationId: String(row["conversation_id"]), bodyHash: String(row["body_hash"]), seq: Number(row["seq"]), caseId: textOrNull(row, "case_id"), createdAt: String(row["created_at"]), body: String(row["body"]), channel: String(row["channel"]) };
}

function textOrNull(row: Row, name: string): string | null {
  const value = row[name];
  return typeof value === "string" ? value : null;
}
