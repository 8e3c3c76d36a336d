import type { Database } from "../../../storage/database.ts";

// Older ones were told in their day; `tell_event` keeps each once, and only when somebody listens.
const HANDOFFS = {
  name: "sla_handoffs",
  text: `select count(*) filter (where tell_event($1, 'sla.missed', 'sla.missed:handoff_wait:' || h.id, h.conversation_id,
      jsonb_build_object('rule', 'handoff_wait', 'conversationId', h.conversation_id, 'caseId', h.case_id, 'handoffId', h.id, 'dueAt', to_char(h.due at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'), 'lateMs', floor(extract(epoch from $2::timestamptz - h.due) * 1000)), $2::timestamptz)) as told
    from (select id, conversation_id, case_id, requested_at + make_interval(mins => $3) as due from handoff
      where tenant_id = $1 and status = 'waiting' and requested_at <= $2::timestamptz - make_interval(mins => $3) and requested_at > $2::timestamptz - make_interval(mins => $3) - interval '1 day') h`,
};

const ANSWERS = {
  name: "sla_answers",
  text: `select count(*) filter (where tell_event($1, 'sla.missed', 'sla.missed:human_answer:' || a.message_id, a.conversation_id,
      jsonb_build_object('rule', 'human_answer', 'conversationId', a.conversation_id, 'caseId', a.case_id, 'handoffId', null, 'dueAt', to_char(a.due at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'), 'lateMs', floor(extract(epoch from $2::timestamptz - a.due) * 1000)), $2::timestamptz)) as told
    from (select v.id as conversation_id, v.current_case_id as case_id, m.id as message_id, m.created_at + make_interval(mins => $3) as due
      from conversation v cross join lateral (
        select x.id, x.created_at from message x where x.tenant_id = v.tenant_id and x.conversation_id = v.id and x.author = 'contact'
          and x.seq > coalesce((select max(r.seq) from message r where r.tenant_id = v.tenant_id and r.conversation_id = v.id and r.author in ('human', 'ai')), 0) order by x.seq limit 1) m
      where v.tenant_id = $1 and v.holder = 'human' and m.created_at <= $2::timestamptz - make_interval(mins => $3) and m.created_at > $2::timestamptz - make_interval(mins => $3) - interval '1 day') a`,
};

/** Tells every hand-off that has waited too long for a person; returns how many were told now. */
export async function tellLateHandoffs(database: Database, tenantId: string, at: Date, afterMinutes: number): Promise<number> {
  return Number((await database.query(tenantId, HANDOFFS, [tenantId, at, afterMinutes]))[0]?.["told"] ?? 0);
}

/** Tells every message that has waited too long for the person who holds its conversation. */
export async function tellLateAnswers(database: Database, tenantId: string, at: Date, afterMinutes: number): Promise<number> {
  return Number((await database.query(tenantId, ANSWERS, [tenantId, at, afterMinutes]))[0]?.["told"] ?? 0);
}
