import { z } from "zod";
import { citation, draftView, type DraftView } from "../shapes/conversation.ts";
import type { Database, Row, TransactionQuery } from "../storage/database.ts";

/** SQL of the AI's drafts. What runs in a transaction runs after the conversation's row lock. */

const row = z.object({
  id: z.string(), conversation_id: z.string(), case_id: z.string().nullable(), turn_id: z.string(), rung: draftView.shape.rung, autonomy_rule: z.string().nullable(), status: draftView.shape.status, body: z.string(), citations: z.array(citation), intent: z.string().nullable(),
  calls: draftView.shape.calls, pending: z.unknown(), created_at: z.string(), decided_by: z.string().nullable(), decided_by_name: z.string().nullable(), reason: z.string().nullable(), message_id: z.string().nullable(), is_stale: z.boolean(),
});
/** `pending`: the question it puts, as the turn keeps it with the case. */
export type DraftRow = z.infer<typeof row>;

const COLUMNS = `d.id, d.conversation_id, d.case_id, d.turn_id, d.rung, d.autonomy_rule, d.status, d.body, d.citations, d.intent, d.calls, d.pending, d.created_at, d.decided_by, d.decided_by_name, d.reason, d.message_id,
  d.status = 'stale' or (d.status = 'open' and exists (select from message m where m.tenant_id = d.tenant_id and m.conversation_id = d.conversation_id and m.author = 'contact' and m.seq > d.until_seq)) as is_stale`;
const READ = { name: "draft_read", text: `select ${COLUMNS} from reply_draft d where d.tenant_id = $1 and d.id = $2` };
const OPEN = { name: "draft_open", text: `select ${COLUMNS} from reply_draft d where d.tenant_id = $1 and d.conversation_id = $2 and d.status = 'open'` };
const ASSISTED = {
  name: "draft_assisted",
  text: `select exists (select from handoff h join reply_draft d on d.tenant_id = h.tenant_id and d.conversation_id = h.conversation_id and d.created_at >= h.requested_at
    where h.tenant_id = $1 and h.conversation_id = $2 and h.status in ('waiting', 'held')) as is_assisted`,
};

export async function findDraft(database: Database, tenantId: string, id: string): Promise<DraftRow | null> {
  return toRow((await database.query(tenantId, READ, [tenantId, id]))[0]);
}

/** The one that waits for a decision. */
export async function findOpenDraft(database: Database, tenantId: string, conversationId: string): Promise<DraftRow | null> {
  return toRow((await database.query(tenantId, OPEN, [tenantId, conversationId]))[0]);
}

export async function readDraft(query: TransactionQuery, tenantId: string, id: string): Promise<DraftRow | null> {
  return toRow((await query(READ.text, [tenantId, id]))[0]);
}

export async function readOpenDraft(query: TransactionQuery, tenantId: string, conversationId: string): Promise<DraftRow | null> {
  return toRow((await query(OPEN.text, [tenantId, conversationId]))[0]);
}

/** Whether the person who has this conversation, or is awaited, gets drafts of the AI. */
export async function isAssisted(database: Database, tenantId: string, conversationId: string): Promise<boolean> {
  return (await database.query(tenantId, ASSISTED, [tenantId, conversationId]))[0]?.["is_assisted"] === true;
}

export type NewDraft = { id: string; conversationId: string; caseId: string | null; turnId: string; rung: "suggest" | "draft"; autonomyRule: string | null; text: string; citations: unknown; intent: string | null; calls: DraftView["calls"]; pending: unknown; untilSeq: number };

/** Takes the place of the one that was open. */
export async function insertDraft(query: TransactionQuery, tenantId: string, draft: NewDraft, at: Date): Promise<void> {
  await closeOpenDraft(query, tenantId, draft.conversationId, { status: "stale", by: "ai:assistant", byName: null, reason: "draft.replaced", messageId: null, at });
  await query(
    `insert into reply_draft (tenant_id, id, conversation_id, case_id, turn_id, rung, autonomy_rule, status, body, citations, intent, calls, pending, until_seq, created_at)
     values ($1, $2, $3, $4, $5, $6, $7, 'open', $8, $9, $10, $11, $12, $13, $14)`,
    [tenantId, draft.id, draft.conversationId, draft.caseId, draft.turnId, draft.rung, draft.autonomyRule, draft.text, JSON.stringify(draft.citations), draft.intent, JSON.stringify(draft.calls), draft.pending === null ? null : JSON.stringify(draft.pending), draft.untilSeq, at],
  );
}

export type DraftEnd = { status: Exclude<DraftView["status"], "open">; by: string; byName: string | null; reason: string | null; messageId: string | null; at: Date };

/** Ends the conversation's open draft, if there is one. */
export async function closeOpenDraft(query: TransactionQuery, tenantId: string, conversationId: string, end: DraftEnd): Promise<void> {
  await query("update reply_draft set status = $3, decided_by = $4, decided_by_name = $5, reason = $6, message_id = $7, decided_at = $8 where tenant_id = $1 and conversation_id = $2 and status = 'open'", [tenantId, conversationId, end.status, end.by, end.byName, end.reason, end.messageId, end.at]);
}

/** The question of a draft that was sent as it is becomes the case's. */
export async function putPending(query: TransactionQuery, tenantId: string, caseId: string, pending: unknown): Promise<void> {
  await query("update support_case set focus = focus || jsonb_build_object('pending', $3::jsonb) where tenant_id = $1 and id = $2", [tenantId, caseId, JSON.stringify(pending)]);
}

export function toDraftView(found: DraftRow): DraftView {
  return {
    id: found.id, conversationId: found.conversation_id, rung: found.rung, status: found.status, text: found.body, citations: found.citations, intent: found.intent, calls: found.calls, isStale: found.is_stale, turnId: found.turn_id, createdAt: found.created_at,
    decidedByName: found.decided_by_name, reason: found.reason, messageId: found.message_id,
  };
}

function toRow(given: Row | undefined): DraftRow | null {
  return given === undefined ? null : row.parse(given);
}
