import type { Database, Row, TransactionQuery } from "../storage/database.ts";
import { ledgerColumns } from "../observe/ledger.store.ts";
import type { LedgerEntry } from "../observe/ledger.ts";
import type { RiskClass } from "./tool.ts";

/** `started` is written before an effect: after a crash the call is finished, not decided anew. `waiting`: for an approval. */
export type ToolCallStatus = "waiting" | "started" | "ok" | "not_found" | "refused" | "denied" | "failed";
export type ToolCallRecord = {
  id: string; turnId: string | null; conversationId: string | null; tool: string; risk: RiskClass; arguments: Record<string, unknown>;
  status: ToolCallStatus; reason: string | null; say: string | null; output: unknown; needsPerson: boolean;
  /** The policy rules that allowed it; known for calls that are only started. */
  rules: string[];
};

const INSERT = {
  name: "tool_call_insert",
  text: `with stored as (
      insert into tool_call (tenant_id, id, turn_id, conversation_id, tool, risk, arguments, status, reason, say, output, actor, duration_us, created_at, event_depth)
      values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $22)
      on conflict (tenant_id, id) do update set status = excluded.status, reason = excluded.reason, say = excluded.say, output = excluded.output, duration_us = excluded.duration_us, event_depth = excluded.event_depth
        where tool_call.status in ('started', 'waiting') or (tool_call.status = 'failed' and $23::boolean) returning id)
    insert into ledger_entry (tenant_id, id, kind, subject_id, case_id, actor, at, body)
    select $1, l.* from stored, unnest($15::text[], $16::text[], $17::text[], $18::text[], $19::text[], $20::timestamptz[], $21::text[]) as l`,
};

/**
 * The outcome and its ledger entry, once per id; what was only started, or waited, is completed. `isAnswered`: the system has said
 * what came of it, which counts more than that another attempt could not tell.
 */
export async function saveToolCall(database: Database, tenantId: string, record: ToolCallRecord & { actor: string; durationUs: number; at: Date; eventDepth: number; isAnswered: boolean }, entry: LedgerEntry): Promise<void> {
  const output = JSON.stringify({ output: record.output ?? null, needsPerson: record.needsPerson, rules: record.rules });
  await database.query(tenantId, INSERT, [
    tenantId, record.id, record.turnId, record.conversationId, record.tool, record.risk, JSON.stringify(record.arguments), record.status, record.reason, record.say, output, record.actor, record.durationUs, record.at,
    ...ledgerColumns([entry]), record.eventDepth, record.isAnswered,
  ]);
}

const START = {
  name: "tool_call_start",
  text: `insert into tool_call (tenant_id, id, turn_id, conversation_id, tool, risk, arguments, status, output, actor, duration_us, created_at)
    select $1, $2, $3, $4, $5, $6, $7::jsonb, 'started', $8::jsonb, $9, 0, $10
    where $3::text is null or exists (select from conversation v where v.tenant_id = $1 and v.id = $4 and v.running_turn_id = $3 and v.holder = 'ai')
    on conflict do nothing returning id`,
};

/**
 * Writes down that a call was allowed, and by which rules, before it is made. `not_holder`: the AI no longer holds the
 * conversation, or the turn is over, so nothing may be done in its name; `under_way`: another attempt has begun it.
 */
export async function startToolCall(database: Database, tenantId: string, call: { id: string; turnId: string | null; conversationId: string | null; tool: string; risk: RiskClass; arguments: Record<string, unknown>; rules: readonly string[]; actor: string; at: Date }): Promise<"started" | "under_way" | "not_holder"> {
  const rows = await database.query(tenantId, START, [tenantId, call.id, call.turnId, call.conversationId, call.tool, call.risk, JSON.stringify(call.arguments), JSON.stringify({ rules: call.rules }), call.actor, call.at]);
  if (rows.length > 0) return "started";
  return (await findToolCall(database, tenantId, call.id)) === null ? "not_holder" : "under_way";
}

/**
 * Writes down that a call waits for an approval, in the transaction of the request. `not_holder`: nothing may be done in the
 * AI's name any more; `known`: it waits already, or is over.
 */
export async function insertWaiting(query: TransactionQuery, tenantId: string, call: { id: string; turnId: string | null; conversationId: string | null; tool: string; risk: RiskClass; arguments: Record<string, unknown>; say: string; rules: readonly string[]; actor: string; at: Date; eventDepth: number }): Promise<"waiting" | "not_holder" | "known"> {
  const output = JSON.stringify({ output: null, needsPerson: false, rules: call.rules });
  const rows = await query(
    `insert into tool_call (tenant_id, id, turn_id, conversation_id, tool, risk, arguments, status, say, output, actor, duration_us, created_at, event_depth)
     select $1, $2, $3, $4, $5, $6, $7::jsonb, 'waiting', $8, $9::jsonb, $10, 0, $11, $12
     where $3::text is null or exists (select from conversation v where v.tenant_id = $1 and v.id = $4 and v.running_turn_id = $3 and v.holder = 'ai') on conflict do nothing returning id`,
    [tenantId, call.id, call.turnId, call.conversationId, call.tool, call.risk, JSON.stringify(call.arguments), call.say, output, call.actor, call.at, call.eventDepth],
  );
  if (rows.length > 0) return "waiting";
  return (await query("select id from tool_call where tenant_id = $1 and id = $2", [tenantId, call.id])).length > 0 ? "known" : "not_holder";
}

/** Writes down that an approved call is made, in the transaction that takes its approval. False: it is under way, or over, already. */
export async function startApproved(query: TransactionQuery, tenantId: string, call: { id: string; turnId: string | null; conversationId: string | null; tool: string; risk: RiskClass; arguments: Record<string, unknown>; rules: readonly string[]; actor: string; at: Date; eventDepth: number }): Promise<boolean> {
  const rows = await query(
    `insert into tool_call (tenant_id, id, turn_id, conversation_id, tool, risk, arguments, status, output, actor, duration_us, created_at, event_depth) values ($1, $2, $3, $4, $5, $6, $7::jsonb, 'started', $8::jsonb, $9, 0, $10, $11)
     on conflict (tenant_id, id) do update set status = 'started', arguments = excluded.arguments, output = excluded.output, actor = excluded.actor, say = null where tool_call.status = 'waiting' returning id`,
    [tenantId, call.id, call.turnId, call.conversationId, call.tool, call.risk, JSON.stringify(call.arguments), JSON.stringify({ rules: call.rules }), call.actor, call.at, call.eventDepth],
  );
  return rows.length > 0;
}

const FIND = { name: "tool_call_find", text: "select id, turn_id, conversation_id, tool, risk, arguments, status, reason, say, output from tool_call where tenant_id = $1 and id = $2" };

export async function findToolCall(database: Database, tenantId: string, id: string): Promise<ToolCallRecord | null> {
  const row = (await database.query(tenantId, FIND, [tenantId, id]))[0];
  return row ? toRecord(row) : null;
}

export type CallOutcome = Pick<ToolCallRecord, "status" | "say" | "reason">;

/** How calls ended, or stand, by id. */
export async function listOutcomes(database: Database, tenantId: string, ids: readonly string[]): Promise<Map<string, CallOutcome>> {
  if (ids.length === 0) return new Map();
  const rows = await database.query(tenantId, { name: "tool_call_outcomes", text: "select id, status, say, reason from tool_call where tenant_id = $1 and id = any($2::text[])" }, [tenantId, [...ids]]);
  const text = (value: unknown) => (typeof value === "string" ? value : null);
  return new Map(rows.map((row) => [String(row["id"]), { status: toStatus(row["status"]), say: text(row["say"]), reason: text(row["reason"]) }]));
}

/** What the AI did for this conversation, oldest first; for the hand-off. */
export async function listToolCalls(database: Database, tenantId: string, filter: { conversationId: string; sinceMs: number }): Promise<{ id: string; tool: string; status: ToolCallStatus; say: string | null; arguments: Record<string, unknown>; at: string }[]> {
  const rows = await database.of(tenantId).selectFrom("tool_call").select(["id", "tool", "status", "say", "arguments", "created_at"]).where("tenant_id", "=", tenantId).where("conversation_id", "=", filter.conversationId)
    .where("created_at", ">=", new Date(filter.sinceMs).toISOString()).orderBy("created_at", "desc").limit(20).execute();
  return rows.reverse().map((row) => ({ id: row.id, tool: row.tool, status: row.status, say: row.say, arguments: row.arguments, at: row.created_at }));
}

function toRecord(row: Row): ToolCallRecord {
  const text = (name: string) => (typeof row[name] === "string" ? row[name] : null);
  const kept = row["output"];
  const isKept = typeof kept === "object" && kept !== null;
  const given = row["arguments"];
  return {
    id: String(row["id"]), turnId: text("turn_id"), conversationId: text("conversation_id"), tool: String(row["tool"]), risk: toRisk(row["risk"]), arguments: typeof given === "object" && given !== null ? { ...given } : {},
    status: toStatus(row["status"]), reason: text("reason"), say: text("say"), output: isKept && "output" in kept ? kept.output : null, needsPerson: isKept && "needsPerson" in kept && kept.needsPerson === true,
    rules: isKept && "rules" in kept && Array.isArray(kept.rules) ? kept.rules.map(String) : [],
  };
}

function toRisk(value: unknown): RiskClass {
  return value === "read" || value === "write" || value === "money" ? value : "irreversible";
}

function toStatus(value: unknown): ToolCallStatus {
  return value === "waiting" || value === "started" || value === "ok" || value === "not_found" || value === "refused" || value === "denied" ? value : "failed";
}
