import type { DataClass } from "./retention-file.ts";

/**
 * One table of a class of data. `where`: which rows `t` of tenant `$1` go, for what is older than `$2`; held ones never.
 * `set`: what is taken out of a row that stays, as SQL; without it the row goes.
 */
export type RetentionStep = { table: string; where: string; set?: string };

/** Cases that are resolved, or in which nothing has happened for as long and nobody is expected to do anything. */
const OLD_CASES = `(select s.id from support_case s join conversation v on v.tenant_id = $1 and v.id = s.conversation_id
  where s.tenant_id = $1 and not is_held($1, null, s.conversation_id, s.id)
  and ((s.status = 'resolved' and s.resolved_at < $2 and v.current_case_id is distinct from s.id)
    or (s.status = 'open' and s.opened_at < $2 and v.updated_at < $2 and v.holder = 'ai' and v.pending_count = 0 and v.running_turn_id is null))
  and not exists (select from turn r where r.tenant_id = $1 and r.case_id = s.id and r.status = 'running')
  and not exists (select from approval a where a.tenant_id = $1 and a.case_id = s.id and a.status = 'waiting')
  and not exists (select from workflow_run w where w.tenant_id = $1 and w.case_id = s.id and w.ended_at is null))`;
const OF_OLD_CASE = `t.case_id in ${OLD_CASES}`;
const OF_OLD_TURN = `exists (select from turn r where r.tenant_id = $1 and r.id = t.turn_id and r.case_id in ${OLD_CASES})`;
/** What came to belong to no case, of a conversation that is quiet. */
const QUIET = "not is_held($1, null, t.conversation_id, null) and exists (select from conversation v where v.tenant_id = $1 and v.id = t.conversation_id and v.updated_at < $2 and v.pending_count = 0 and v.running_turn_id is null and v.current_case_id is null)";
const OLD_MESSAGE = (alias: string) => `(${alias}.case_id in ${OLD_CASES} or (${alias}.case_id is null and ${alias}.created_at < $2 and ${QUIET.replaceAll("t.conversation_id", `${alias}.conversation_id`)}))`;
const OF_OLD_MESSAGE = `exists (select from message m where m.tenant_id = $1 and m.id = t.message_id and ${OLD_MESSAGE("m")})`;

const CONVERSATIONS: readonly RetentionStep[] = [
  { table: "outbox", where: `t.status <> 'pending' and ${OF_OLD_MESSAGE}` },
  { table: "inbox", where: OF_OLD_MESSAGE },
  { table: "workflow_message", where: OF_OLD_MESSAGE },
  { table: "workflow_question", where: `t.status <> 'waiting' and ${OF_OLD_MESSAGE}` },
  { table: "message", where: `${OLD_MESSAGE("t")} and not exists (select from outbox o where o.tenant_id = $1 and o.message_id = t.id and o.status = 'pending')` },
  {
    table: "tool_call",
    where: `${OF_OLD_TURN} or (t.turn_id is null and t.status not in ('waiting', 'started') and exists (select from support_case c where c.tenant_id = $1 and c.conversation_id = t.conversation_id and t.created_at between c.opened_at and coalesce(c.resolved_at, t.created_at) and c.id in ${OLD_CASES}))`,
  },
  { table: "model_call", where: OF_OLD_TURN },
  { table: "approval_vote", where: `exists (select from approval a where a.tenant_id = $1 and a.id = t.approval_id and a.case_id in ${OLD_CASES})` },
  { table: "approval", where: OF_OLD_CASE },
  { table: "placeholder", where: OF_OLD_CASE },
  { table: "handoff", where: `${OF_OLD_CASE} or (t.case_id is null and t.ended_at < $2 and ${QUIET})` },
  { table: "reply_draft", where: OF_OLD_CASE },
  { table: "knowledge_question", where: OF_OLD_CASE },
  { table: "turn", where: `${OF_OLD_CASE} or (t.case_id is null and t.finished_at < $2 and ${QUIET})` },
  { table: "conversation", where: `t.current_case_id in ${OLD_CASES}`, set: "current_case_id = null" },
  // Last: everything above is found by it.
  { table: "support_case", where: `t.id in ${OLD_CASES} and not exists (select from message m join outbox o on o.tenant_id = $1 and o.message_id = m.id where m.tenant_id = $1 and m.case_id = t.id and o.status = 'pending')` },
];

/** People without a case, message or run, and of whom nobody has heard since. */
const IDLE = `(select c.id from contact c where c.tenant_id = $1 and c.created_at < $2 and not is_held($1, c.id, null, null)
  and not exists (select from workflow_run w where w.tenant_id = $1 and w.contact_id = c.id)
  and not exists (select from conversation v where v.tenant_id = $1 and v.contact_id = c.id and (v.updated_at >= $2 or v.pending_count > 0 or v.running_turn_id is not null
    or exists (select from message m where m.tenant_id = $1 and m.conversation_id = v.id) or exists (select from support_case s where s.tenant_id = $1 and s.conversation_id = v.id)
    or exists (select from turn r where r.tenant_id = $1 and r.conversation_id = v.id) or exists (select from handoff h where h.tenant_id = $1 and h.conversation_id = v.id))))`;
const OF_IDLE_CONVERSATION = `t.conversation_id in (select v.id from conversation v where v.tenant_id = $1 and v.contact_id in ${IDLE})`;

const CONTACTS: readonly RetentionStep[] = [
  ...["tool_call", "reply_draft", "passage_correction", "knowledge_question", "channel_endpoint"].map((table) => ({ table, where: OF_IDLE_CONVERSATION })),
  { table: "model_cache", where: `t.contact_id in ${IDLE}` },
  { table: "contact_identity", where: `t.contact_id in ${IDLE}` },
  { table: "conversation", where: `t.contact_id in ${IDLE}` },
  { table: "contact", where: `t.id in ${IDLE}` },
];

const TRACES: readonly RetentionStep[] = [
  {
    table: "model_call",
    where: `t.created_at < $2 and not exists (select from turn r where r.tenant_id = $1 and r.id = t.turn_id and (r.status = 'running' or is_held($1, null, r.conversation_id, r.case_id)))
      and not exists (select from workflow_run w where w.tenant_id = $1 and w.id = t.turn_id and (w.ended_at is null or is_held($1, w.contact_id, w.conversation_id, w.case_id)))`,
  },
  { table: "turn", where: "t.finished_at < $2 and t.stages <> '[]' and not is_held($1, null, t.conversation_id, t.case_id)", set: "stages = '[]'" },
  { table: "tool_call", where: "t.created_at < $2 and t.output is not null and t.status not in ('waiting', 'started') and not is_held($1, null, t.conversation_id, null)", set: "output = null" },
];

const QUESTIONS: readonly RetentionStep[] = [
  { table: "knowledge_question", where: "t.asked_at < $2 and not is_held($1, t.contact_id, t.conversation_id, t.case_id)" },
  { table: "passage_correction", where: "t.at < $2 and not is_held($1, null, t.conversation_id, null)" },
];

const EVENTS: readonly RetentionStep[] = [
  { table: "workflow_event", where: "t.received_at < $2 and t.status = 'done'" },
];

const COSTS: readonly RetentionStep[] = [
  {
    table: "model_use", set: "contact_id = null, user_id = null, conversation_id = null, case_id = null, turn_id = null",
    where: "t.at < $2 and (t.contact_id is not null or t.user_id is not null or t.conversation_id is not null or t.case_id is not null or t.turn_id is not null) and not is_held($1, t.contact_id, t.conversation_id, t.case_id)",
  },
];

/** In the order in which they are carried out: contacts go when nothing else is left of them. */
export const RETENTION_STEPS: Readonly<Record<Exclude<DataClass, "ledger">, readonly RetentionStep[]>> = { conversations: CONVERSATIONS, traces: TRACES, questions: QUESTIONS, events: EVENTS, costs: COSTS, contacts: CONTACTS };
