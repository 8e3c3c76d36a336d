import { insertDraft, type NewDraft } from "../handoff/draft.store.ts";
import { appendMessage, lockConversation, openHandoff, queueOutbound, setHolder } from "../handoff/handoff.store.ts";
import { appendLedgerEntries } from "../observe/ledger.store.ts";
import type { LedgerEntry } from "../observe/ledger.ts";
import type { StageView } from "../shapes/conversation.ts";
import type { Database, TransactionQuery } from "../storage/database.ts";
import { closeTurn, joinWaiting } from "./conversation.store.ts";
import { packStages } from "./stored-stages.ts";
import type { CaseFocus, TurnInput, TurnStatus } from "./turn.ts";

export type Proposal = {
  untilSeq: number; mayJoin: boolean;
  /** `draft`, `suggest` or `off`, and the rule of the ladder. */
  decision: string; reason: string; intent: string | null; model: string | null; costMicroUsd: number; stages: readonly StageView[]; focus: CaseFocus; subject: string | null;
  /** Null: nothing to show to a person. */
  draft: NewDraft | null;
  /** What the contact is told when the AI still held the conversation; null: nothing. */
  notice: { messageId: string; text: string; channel: string; outboxId: string | null } | null;
  handoff: { id: string; reason: string; summary: unknown; tried: unknown };
  ledger: readonly LedgerEntry[]; handoffLedger: readonly LedgerEntry[];
};

export type Proposed =
  /** `noticeSeq`: null when the contact was told nothing now. */
  | { kind: "proposed"; isHandedOff: boolean; noticeSeq: number | null; pendingCount: number }
  | { kind: "repeat"; status: TurnStatus; pendingCount: number }
  | { kind: "silent"; pendingCount: number }
  | { kind: "joined"; untilSeq: number };

/**
 * Ends a turn whose reply the ladder keeps for a person: the draft, the trace and the ledger entries, and, where the AI still
 * held the conversation, its handing to the queue with the notice, in one transaction under the conversation's row lock.
 * Idempotent per turn id. What has come meanwhile joins; a draft that a newer turn has overtaken is dropped.
 */
export async function proposeTurn(database: Database, input: TurnInput, given: Proposal, at: Date): Promise<Proposed> {
  return database.transaction(input.tenantId, async (query): Promise<Proposed> => {
    const conv = await lockConversation(query, input.tenantId, input.conversationId);
    const running = (await query("select pending_count, running_turn_id from conversation where tenant_id = $1 and id = $2", [input.tenantId, input.conversationId]))[0];
    const turn = (await query("select status, until_seq from turn where tenant_id = $1 and id = $2", [input.tenantId, input.turnId]))[0];
    const pendingCount = Number(running?.["pending_count"] ?? 0);
    const status = turn?.["status"];
    if (status === "replied" || status === "handed_off" || status === "silent" || status === "failed") return { kind: "repeat", status, pendingCount };
    // They had joined before, and a crash kept that from the journal.
    const joinedUntil = Number(turn?.["until_seq"] ?? 0);
    if (given.mayJoin && joinedUntil > given.untilSeq) return { kind: "joined", untilSeq: joinedUntil };
    const isOurs = running?.["running_turn_id"] === input.turnId;
    if (conv !== null && isOurs && given.mayJoin && pendingCount > 0) {
      await joinWaiting(query, input, conv.lastSeq);
      return { kind: "joined", untilSeq: conv.lastSeq };
    }
    if (conv === null || (!isOurs && (await hasNewer(query, input, given.untilSeq)))) {
      await closeTurn(query, input, { status: "silent", reason: "draft.overtaken", at, trace: given });
      return { kind: "silent", pendingCount };
    }
    const isHandedOff = conv.holder === "ai" && isOurs;
    if (given.draft !== null && (isHandedOff || conv.holder !== "ai")) await insertDraft(query, input.tenantId, given.draft, at);
    const noticeSeq = isHandedOff ? await handOff(query, input, given, conv.caseId, at) : null;
    await endTurn(query, input, given, isHandedOff, at);
    await appendLedgerEntries(query, input.tenantId, [...given.ledger, ...(isHandedOff ? given.handoffLedger : [])]);
    return { kind: "proposed", isHandedOff, noticeSeq, pendingCount };
  });
}

async function hasNewer(query: TransactionQuery, input: TurnInput, untilSeq: number): Promise<boolean> {
  return (await query("select 1 from message where tenant_id = $1 and conversation_id = $2 and author = 'contact' and seq > $3 limit 1", [input.tenantId, input.conversationId, untilSeq])).length > 0;
}

async function handOff(query: TransactionQuery, input: TurnInput, { handoff, notice }: Proposal, caseId: string | null, at: Date): Promise<number | null> {
  const { tenantId, conversationId } = input;
  await setHolder(query, { tenantId, conversationId, holder: "queue", assigneeId: null, at });
  await openHandoff(query, { tenantId, conversationId, caseId, handoffId: handoff.id, turnId: input.turnId, reason: handoff.reason, summary: handoff.summary, tried: handoff.tried, at });
  if (notice === null || (await isTold(query, input, notice.text))) return null;
  const { messageId, text, channel, outboxId } = notice;
  const seq = await appendMessage(query, { tenantId, conversationId, caseId, messageId, author: "system", authorId: null, authorName: null, channel, text, turnId: input.turnId, at });
  if (outboxId !== null) await queueOutbound(query, { tenantId, outboxId, messageId, conversationId, channel, at });
  return seq;
}

/** Handed back unanswered, the contact has read it already. */
async function isTold(query: TransactionQuery, { tenantId, conversationId }: TurnInput, text: string): Promise<boolean> {
  const row = (await query(
    `select exists (select from message n where n.tenant_id = $1 and n.conversation_id = $2 and n.author = 'system' and n.body = $3
       and n.seq > (select max(m.seq) from message m where m.tenant_id = $1 and m.conversation_id = $2 and m.author = 'contact')) as is_told`,
    [tenantId, conversationId, text],
  ))[0];
  return row?.["is_told"] === true;
}

async function endTurn(query: TransactionQuery, input: TurnInput, end: Proposal, isHandedOff: boolean, at: Date): Promise<void> {
  await query("update turn set status = $3, intent = $4, decision = $5, reason = $6, model = $7, cost_micro_usd = $8, stages = $9::jsonb, finished_at = $10 where tenant_id = $1 and id = $2", [
    input.tenantId, input.turnId, isHandedOff ? "handed_off" : "silent", end.intent, end.decision, end.reason, end.model, end.costMicroUsd, JSON.stringify(packStages(end.stages)), at,
  ]);
  await query("update conversation set running_turn_id = null, running_since = null, updated_at = $4 where tenant_id = $1 and id = $2 and running_turn_id = $3", [input.tenantId, input.conversationId, input.turnId, at]);
  await query("update support_case k set focus = $3::jsonb, intent = coalesce($4, k.intent), subject = coalesce(k.subject, $5) from turn t where t.tenant_id = $1 and t.id = $2 and k.tenant_id = $1 and k.id = t.case_id", [input.tenantId, input.turnId, JSON.stringify(end.focus), end.intent, end.subject]);
}
