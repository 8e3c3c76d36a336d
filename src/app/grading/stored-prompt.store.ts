import { z } from "zod";
import { isAgentPrompt } from "../../agents/prompt.ts";
import { detectLanguage } from "../../lib/detect-language.ts";
import { sha256 } from "../../lib/sha256.ts";
import type { ModelMessage } from "../../models/model.ts";
import type { Database } from "../../storage/database.ts";

/** What a model was asked for a reply that it wrote in text alone, without tools. `prompt`: the last message, which routing goes by. No text has personal values. */
export type StoredPrompt = { id: string; messages: ModelMessage[]; prompt: string; promptHash: string; intent: string | null; language: string };

const message = z.object({ role: z.enum(["system", "user", "assistant"]), text: z.string() });
const row = z.object({ id: z.string(), turn_id: z.string(), messages: z.array(z.unknown()), finish: z.string(), tool_calls: z.number(), intent: z.string().nullable(), language: z.string().nullable() });

/** The newest calls that are looked through. */
const CALLS = 500;
const FIELDS = `c.id, c.turn_id, c.record -> 'messages' as messages, c.record ->> 'finishReason' as finish, jsonb_array_length(c.record -> 'toolCalls') as tool_calls,
  s.stage #>> '{detail,intents,0,name}' as intent, s.stage #>> '{detail,language}' as language`;
const UNDERSTOOD = "left join lateral (select stage from turn t, jsonb_array_elements(t.stages) as stage where t.tenant_id = $1 and t.id = c.turn_id and stage ->> 'stage' = 'understand' and jsonb_typeof(stage -> 'detail' -> 'intents') = 'array' limit 1) s on true";
// Ids sort by time.
const NEWEST = { name: "stored_prompts", text: `select ${FIELDS} from (select id, turn_id, record from model_call where tenant_id = $1 order by id desc limit ${CALLS}) c ${UNDERSTOOD} order by c.id` };
const ONE = { name: "stored_prompt", text: `select ${FIELDS} from (select id, turn_id, record from model_call where tenant_id = $1 and id = $2) c ${UNDERSTOOD}` };

/** Newest first, one a turn, equal prompts once. */
export async function listStoredPrompts(database: Database, tenantId: string): Promise<StoredPrompt[]> {
  const byTurn = new Map<string, StoredPrompt | null>();
  // The first call of a turn's agent counts: later ones hold results of tools, or what to mend.
  for (const given of await database.query(tenantId, NEWEST, [tenantId])) {
    const call = row.parse(given);
    if (!byTurn.has(call.turn_id) && isOfAgent(call.messages)) byTurn.set(call.turn_id, toPrompt(call));
  }
  const found = [...byTurn.values()].flatMap((each) => each ?? []).reverse();
  return [...new Map(found.map((each) => [each.promptHash, each])).values()];
}

export async function readStoredPrompt(database: Database, tenantId: string, id: string): Promise<StoredPrompt | null> {
  const [given] = await database.query(tenantId, ONE, [tenantId, id]);
  return given === undefined ? null : toPrompt(row.parse(given));
}

function isOfAgent(messages: readonly unknown[]): boolean {
  const first = message.safeParse(messages[0]);
  return first.success && first.data.role === "system" && isAgentPrompt(first.data.text);
}

function toPrompt({ id, messages: given, finish, tool_calls: toolCalls, intent, language }: z.output<typeof row>): StoredPrompt | null {
  const read = z.array(message).safeParse(given);
  const last = read.data?.at(-1);
  if (!read.success || last?.role !== "user" || last.text.trim() === "" || finish !== "stop" || toolCalls > 0 || !isOfAgent(given)) return null;
  const isKnown = language !== null && /^[a-z]{2,3}$/.test(language) && language !== "und";
  return { id, messages: read.data, prompt: last.text, promptHash: sha256(last.text), intent, language: isKnown ? language : detectLanguage(last.text) };
}
