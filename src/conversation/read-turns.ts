import type { Selectable } from "kysely";
import { unpackStages } from "./stored-stages.ts";
import { encodeCursor, type Page } from "../lib/page.ts";
import type { Database } from "../storage/database.ts";
import type { Schema } from "../storage/schema.ts";
import { readTimeCursor } from "./read-conversations.ts";
import type { ToolCallView, TurnSummary, TurnView } from "../shapes/conversation.ts";

function turns(database: Database, tenantId: string) {
  return database.of(tenantId).selectFrom("turn as t").selectAll("t")
    .select((e) => e.selectFrom("inbox as i").select((inner) => inner.fn.agg<string[] | null>("array_agg", ["i.message_id"]).as("ids")).whereRef("i.tenant_id", "=", "t.tenant_id").whereRef("i.turn_id", "=", "t.id").as("message_ids"))
    .where("t.tenant_id", "=", tenantId);
}

type TurnRow = Selectable<Schema["turn"]> & { message_ids: string[] | null };

/** A conversation's turns, newest first. */
export async function listTurns(database: Database, tenantId: string, conversationId: string, filter: { limit: number; cursor?: string | undefined }): Promise<Page<TurnSummary>> {
  let select = turns(database, tenantId).where("t.conversation_id", "=", conversationId).orderBy("t.started_at", "desc").orderBy("t.id", "desc").limit(filter.limit + 1);
  if (filter.cursor !== undefined) {
    const [at, id] = readTimeCursor(filter.cursor);
    select = select.where((e) => e.or([e("t.started_at", "<", at), e.and([e("t.started_at", "=", at), e("t.id", "<", id)])]));
  }
  const rows = await select.execute();
  const items = rows.slice(0, filter.limit).map(toSummary);
  const last = items.at(-1);
  return { items, nextCursor: rows.length > filter.limit && last ? encodeCursor([last.startedAt, last.id]) : null };
}

export async function readTurn(database: Database, tenantId: string, id: string): Promise<TurnView | null> {
  const row = await turns(database, tenantId).where("t.id", "=", id).executeTakeFirst();
  if (!row) return null;
  const calls = await database.of(tenantId).selectFrom("tool_call").selectAll().where("tenant_id", "=", tenantId).where("turn_id", "=", id).orderBy("created_at").execute();
  return { ...toSummary(row), stages: unpackStages(row.stages), toolCalls: calls.map(toCall) };
}

function toSummary(row: TurnRow): TurnSummary {
  return {
    id: row.id, conversationId: row.conversation_id, caseId: row.case_id, status: row.status, intent: row.intent, decision: row.decision, reason: row.reason, model: row.model, costMicroUsd: row.cost_micro_usd,
    durationUs: row.finished_at === null ? null : Math.max((Date.parse(row.finished_at) - Date.parse(row.started_at)) * 1_000, ...row.stages.map((stage) => stage.offsetUs + stage.durationUs)), messageIds: row.message_ids ?? [], replyMessageId: row.reply_message_id, startedAt: row.started_at,
  };
}

function toCall(row: Selectable<Schema["tool_call"]>): ToolCallView {
  const kept = row.output;
  const output = typeof kept === "object" && kept !== null && "output" in kept ? kept.output : null;
  return { id: row.id, tool: row.tool, risk: row.risk, arguments: row.arguments, status: row.status, reason: row.reason, output, durationUs: row.duration_us, createdAt: row.created_at };
}
