import { z } from "zod";
import type { AskedQuestion, TalkCorrection, TalkReader, TalkReply, TalkTurn } from "../../knowledge/upkeep/talk.ts";
import { citation } from "../../shapes/conversation.ts";
import type { Database } from "../../storage/database.ts";

const evidence = z.object({ kind: z.enum(["answer", "ask_back", "decline"]), reason: z.string() });
const details = z.object({ parts: z.array(z.string()).catch([]), evidence: evidence.nullable().catch(null), passages: z.array(z.object({ chunkId: z.string() })).catch([]), calls: z.array(z.unknown()).catch([]) });
const turnRow = z.object({
  id: z.string(), conversation_id: z.string(), case_id: z.string().nullable(), contact_id: z.string(), names: z.array(z.string().nullable()), body: z.string(), is_handed_off: z.boolean(), handoff_reason: z.string().nullable(), citations: z.array(citation).catch([]), started_at: z.string(),
  decide: z.unknown(), act: z.unknown(), compose: z.unknown(),
});
const replyRow = z.object({ id: z.string(), texts: z.array(z.string()), names: z.array(z.string().nullable()), last_at: z.string() });
const correctionRow = z.object({ id: z.string(), kind: z.enum(["draft_rejected", "draft_edited", "took_over"]), conversation_id: z.string(), names: z.array(z.string().nullable()), citations: z.array(citation).catch([]), said: z.string(), became: z.string().nullable(), at: z.string() });

const stageOf = (stage: string) => `(select s.stage -> 'detail' from jsonb_array_elements(t.stages) as s (stage) where s.stage ->> 'stage' = '${stage}' limit 1)`;
const NAME = "(select k.name from contact k join conversation c on c.tenant_id = $1 and c.contact_id = k.id where k.tenant_id = $1 and c.id = ";
const TURNS = {
  name: "talk_turns",
  text: `select t.id, t.conversation_id, t.case_id, c.contact_id, array[${NAME}t.conversation_id)] as names, t.started_at, t.status = 'handed_off' as is_handed_off, h.reason as handoff_reason,
      coalesce((select string_agg(m.body, E'\\n' order by m.seq) from inbox i join message m on m.tenant_id = $1 and m.id = i.message_id and m.author = 'contact' where i.tenant_id = $1 and i.turn_id = t.id), '') as body,
      coalesce(r.citations, '[]') as citations, ${stageOf("decide")} as decide, ${stageOf("act")} as act, ${stageOf("compose")} as compose
    from turn t join conversation c on c.tenant_id = $1 and c.id = t.conversation_id
    left join lateral (select reason from handoff h where h.tenant_id = $1 and h.conversation_id = t.conversation_id and h.turn_id = t.id limit 1) h on true
    left join message r on r.tenant_id = $1 and r.id = t.reply_message_id
    where t.tenant_id = $1 and t.status in ('replied', 'handed_off') and (t.started_at, t.id) > ($2, $3) order by t.started_at, t.id limit $4`,
};
// In the same case, and within a week.
const REPLIES = {
  name: "talk_replies",
  text: `select q.id, array_agg(m.body order by m.seq) as texts, array_agg(distinct m.author_name) || array[${NAME}q."conversationId")] as names, max(m.created_at) as last_at
    from jsonb_to_recordset($2::jsonb) as q (id text, "conversationId" text, "caseId" text, "askedAt" timestamptz, "repliedAt" timestamptz)
    join lateral (select * from message m where m.tenant_id = $1 and m.conversation_id = q."conversationId" and m.author = 'human' and m.case_id is not distinct from q."caseId" and m.created_at > q."askedAt" and m.created_at < q."askedAt" + interval '7 days' order by m.seq limit 12) m on true
    group by q.id, q."conversationId", q."repliedAt" having max(m.created_at) > coalesce(q."repliedAt", '-infinity')`,
};
const CORRECTIONS = {
  name: "talk_corrections",
  text: `select * from (
      select d.id, case d.status when 'rejected' then 'draft_rejected' else 'draft_edited' end as kind, d.conversation_id, array[${NAME}d.conversation_id), d.decided_by_name] as names, d.citations, d.body as said, m.body as became, d.decided_at as at
        from reply_draft d left join message m on m.tenant_id = $1 and m.id = d.message_id
        where d.tenant_id = $1 and d.status in ('rejected', 'edited') and d.citations <> '[]' and d.decided_at >= $2
      union all
      select h.id, 'took_over', h.conversation_id, array[${NAME}h.conversation_id), h.author_name] as names, a.citations, a.body, h.body, h.created_at
        from (select distinct conversation_id from handoff where tenant_id = $1 and taken_at >= $2::timestamptz - interval '7 days') k
        join message h on h.tenant_id = $1 and h.conversation_id = k.conversation_id
        cross join lateral (select * from message a where a.tenant_id = $1 and a.conversation_id = h.conversation_id and a.author = 'ai' and a.seq < h.seq and a.case_id is not distinct from h.case_id and a.created_at > h.created_at - interval '1 day' and a.citations <> '[]' order by a.seq desc limit 1) a
        where h.author = 'human' and h.created_at >= $2 and not exists (select from reply_draft d where d.tenant_id = $1 and d.message_id = h.id)) found
    where (at, id) > ($2, $3) order by at, id limit $4`,
};

/** What the upkeep of the knowledge reads of conversations. */
export function createTalkReader(database: Database): TalkReader {
  return {
    turns: async (tenantId, { after, limit }) => (await database.query(tenantId, TURNS, [tenantId, after.at, after.id, limit])).map(turnOf),
    replies: async (tenantId, questions: readonly AskedQuestion[]) => (questions.length === 0 ? [] : (await database.query(tenantId, REPLIES, [tenantId, JSON.stringify(questions)])).map((row): TalkReply => {
      const { id, names, last_at: lastAt, texts } = replyRow.parse(row);
      return { questionId: id, texts, names: known(names), lastAt };
    })),
    corrections: async (tenantId, { after, limit }) => (await database.query(tenantId, CORRECTIONS, [tenantId, after.at, after.id, limit])).map((row): TalkCorrection => {
      const { conversation_id: conversationId, names, ...rest } = correctionRow.parse(row);
      return { ...rest, conversationId, names: known(names) };
    }),
  };
}

function turnOf(given: unknown): TalkTurn {
  const row = turnRow.parse(given);
  const [decided, acted, composed] = [row.decide, row.act, row.compose].map((stage) => details.parse(stage ?? {}));
  return {
    turnId: row.id, conversationId: row.conversation_id, caseId: row.case_id, contactId: row.contact_id, names: known(row.names), text: row.body, parts: decided?.parts ?? [], isHandedOff: row.is_handed_off, handoffReason: row.handoff_reason,
    evidence: acted?.evidence ?? null, toolCalls: (acted?.calls.length ?? 0) + (composed?.calls.length ?? 0), foundChunkIds: acted?.passages.map(({ chunkId }) => chunkId) ?? [], citations: row.citations, startedAt: row.started_at,
  };
}

function known(names: readonly (string | null)[]): string[] {
  return names.filter((name) => name !== null && name.trim() !== "").map(String);
}
