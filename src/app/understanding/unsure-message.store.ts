import { z } from "zod";
import type { UnsureMessage } from "../../shapes/understanding.ts";
import type { Database } from "../../storage/database.ts";

const intents = z.array(z.object({ name: z.string(), confidence: z.number() }));
const row = z.object({ message_id: z.string(), conversation_id: z.string(), turn_id: z.string(), body: z.string(), intents, at: z.string() });

/** The newest turns that are looked through. */
const TURNS = 2_000;
const MESSAGE = `select distinct on (t.id) t.id as turn_id, t.conversation_id, t.started_at, m.id as message_id, m.body, m.created_at as at, s.stage -> 'detail' -> 'intents' as intents
  from (select id, conversation_id, stages, started_at from turn where tenant_id = $1 order by started_at desc limit ${TURNS}) t
  cross join lateral (select stage from jsonb_array_elements(t.stages) as stage where stage ->> 'stage' = 'understand' and jsonb_typeof(stage -> 'detail' -> 'intents') = 'array' limit 1) s
  join inbox i on i.tenant_id = $1 and i.turn_id = t.id
  join message m on m.tenant_id = $1 and m.id = i.message_id and m.author = 'contact'`;
const CORRECTED = "exists (select from intent_example e where e.tenant_id = $1 and e.message_id = found.message_id)";

const UNSURE = {
  name: "unsure_messages",
  text: `select message_id, conversation_id, turn_id, body, intents, at from (${MESSAGE} where coalesce((s.stage #>> '{detail,intents,0,confidence}')::float8, 0) < $2 order by t.id, m.seq desc) found where not ${CORRECTED} order by started_at desc, turn_id desc limit $3`,
};
const ONE = { name: "read_message", text: `select message_id, conversation_id, turn_id, body, intents, at from (${MESSAGE} where m.id = $2 order by t.id, m.seq desc) found order by started_at desc limit 1` };
const PLAIN = { name: "contact_message", text: "select body from message where tenant_id = $1 and id = $2 and author = 'contact'" };

/** Messages whose intent was less sure than `below`, newest first, without those that somebody has corrected. Of a burst, the last one. */
export async function listUnsure(database: Database, tenantId: string, how: { below: number; limit: number }): Promise<UnsureMessage[]> {
  return (await database.query(tenantId, UNSURE, [tenantId, how.below, how.limit])).map((given) => {
    const { message_id: messageId, conversation_id: conversationId, turn_id: turnId, body: text, intents: read, at } = row.parse(given);
    return { messageId, conversationId, turnId, text, intents: read, at };
  });
}

/** A contact's message and the intent that was read in it, null for none; null when there is no such message. */
export async function readContactMessage(database: Database, tenantId: string, messageId: string): Promise<{ text: string; readAs: string | null } | null> {
  const [read] = await database.query(tenantId, ONE, [tenantId, messageId]);
  if (read !== undefined) {
    const { body: text, intents: found } = row.parse(read);
    return { text, readAs: found[0]?.name ?? null };
  }
  const [plain] = await database.query(tenantId, PLAIN, [tenantId, messageId]);
  return plain === undefined ? null : { text: String(plain["body"]), readAs: null };
}
