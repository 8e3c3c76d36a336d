import type { Database, Row } from "../storage/database.ts";

/**
 * Every table that holds something of a person, and which of its rows `t` are of the contact `$2` of tenant `$1`. A test holds
 * this list against the database, so that a table that is added later is not forgotten.
 */
export type PersonalTable = { table: string; about: string; where: string; /** Columns that are another's secret or no statement about the person. */ without?: readonly string[] };

const CONVERSATION = "t.conversation_id in (select v.id from conversation v where v.tenant_id = $1 and v.contact_id = $2)";
const caseOf = (column: string) => `${column} in (select s.id from support_case s join conversation v on v.tenant_id = $1 and v.id = s.conversation_id where s.tenant_id = $1 and v.contact_id = $2)`;
const TURN = "t.turn_id in (select r.id from turn r join conversation v on v.tenant_id = $1 and v.id = r.conversation_id where r.tenant_id = $1 and v.contact_id = $2)";
const RUNS = "(select w.id from workflow_run w where w.tenant_id = $1 and (w.contact_id = $2 or w.conversation_id in (select v.id from conversation v where v.tenant_id = $1 and v.contact_id = $2)))";
const RUN = `t.run_id in ${RUNS}`;
const MESSAGE = "t.message_id in (select m.id from message m join conversation v on v.tenant_id = $1 and v.id = m.conversation_id where m.tenant_id = $1 and v.contact_id = $2)";
const WAIT = `t.wait_id in (select x.id from workflow_wait x where x.tenant_id = $1 and x.run_id in ${RUNS})`;

export const PERSONAL_TABLES: readonly PersonalTable[] = [
  { table: "contact", about: "Name, address and language", where: "t.id = $2" },
  { table: "contact_identity", about: "Addresses on channels, and how they were proven", where: "t.contact_id = $2" },
  { table: "channel_endpoint", about: "Where replies are sent", where: CONVERSATION },
  { table: "conversation", about: "The conversation", where: "t.contact_id = $2" },
  { table: "support_case", about: "Cases", where: CONVERSATION },
  { table: "message", about: "Messages, to and from", where: CONVERSATION },
  { table: "inbox", about: "When messages came in", where: CONVERSATION },
  { table: "outbox", about: "When replies went out", where: CONVERSATION },
  { table: "turn", about: "How each message was dealt with", where: CONVERSATION },
  { table: "tool_call", about: "What was looked up and done in business systems", where: `${CONVERSATION} or ${TURN}` },
  { table: "model_call", about: "What AI models were sent (without personal values) and answered", where: `${TURN} or t.turn_id in ${RUNS}` },
  { table: "model_use", about: "What AI models were used for it, and what they cost", where: `t.contact_id = $2 or ${CONVERSATION}` },
  { table: "model_cache", about: "Answers that are kept to be given again", where: "t.contact_id = $2", without: ["vector", "question_hash"] },
  { table: "placeholder", about: "Personal values, and what stood for them", where: caseOf("t.case_id") },
  { table: "handoff", about: "When people were asked for", where: CONVERSATION },
  { table: "reply_draft", about: "Drafts for people to decide about", where: CONVERSATION },
  { table: "approval", about: "Calls that people were asked to approve", where: `t.contact_id = $2 or ${CONVERSATION}` },
  { table: "approval_vote", about: "How they decided", where: `t.approval_id in (select a.id from approval a where a.tenant_id = $1 and (a.contact_id = $2 or a.conversation_id in (select v.id from conversation v where v.tenant_id = $1 and v.contact_id = $2)))` },
  { table: "workflow_run", about: "Workflows that ran", where: `t.id in ${RUNS}` },
  { table: "workflow_task", about: "Their tasks", where: RUN },
  { table: "workflow_wait", about: "What they waited for", where: RUN },
  { table: "workflow_wait_key", about: "By what they told it", where: WAIT },
  { table: "workflow_delivery", about: "Events that came for them", where: WAIT },
  { table: "workflow_start", about: "What they were begun with", where: RUN },
  { table: "workflow_question", about: "What they asked", where: CONVERSATION },
  { table: "workflow_message", about: "What they wrote", where: MESSAGE },
  { table: "intent_example", about: "Messages that people taught the assistant with", where: MESSAGE },
  { table: "knowledge_question", about: "Questions that the knowledge did not answer", where: "t.contact_id = $2" },
  { table: "passage_correction", about: "What people set right in replies", where: CONVERSATION },
  { table: "legal_hold", about: "Holds that keep all this from being forgotten", where: `t.contact_id = $2 or ${caseOf("t.case_id")}` },
  { table: "ledger_entry", about: "The ledger of decisions", where: `t.subject_id = $2 or t.actor = 'contact:' || $2 or t.subject_id in (select v.id from conversation v where v.tenant_id = $1 and v.contact_id = $2) or ${caseOf("t.case_id")}`, without: ["salt"] },
];

export async function countPersonal(database: Database, tenantId: string, contactId: string, { table, where }: PersonalTable): Promise<number> {
  return Number((await database.query(tenantId, { name: `person_count_${table}`, text: `select count(*) as count from ${table} t where t.tenant_id = $1 and (${where}) and $2::text is not null` }, [tenantId, contactId]))[0]?.["count"] ?? 0);
}

/** Rows as JSON, the tenant's id and what `without` names left out; at most `limit`. */
export async function readPersonal(database: Database, tenantId: string, contactId: string, { table, where, without = [] }: PersonalTable, limit: number): Promise<unknown[]> {
  const rows: Row[] = await database.query(tenantId, { name: `person_rows_${table}`, text: `select to_jsonb(t) - $4::text[] as row from ${table} t where t.tenant_id = $1 and (${where}) and $2::text is not null order by t.ctid limit $3` }, [tenantId, contactId, limit, ["tenant_id", ...without]]);
  return rows.map((row) => row["row"]);
}
