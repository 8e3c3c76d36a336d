import type { Channel } from "../../channels/channel.ts";
import type { Durable } from "../../durable/durable.ts";
import { newId } from "../../lib/ids.ts";
import type { Clock } from "../../lib/clock.ts";
import { sha256 } from "../../lib/sha256.ts";
import { makeLedgerEntry } from "../../observe/ledger.ts";
import type { Live } from "../../observe/live.ts";
import type { MessageView } from "../../shapes/conversation.ts";
import type { Database } from "../../storage/database.ts";
import { listTried } from "../../tools/list-tried.ts";
import type { RunInput } from "../../workflows/run/run-input.ts";
import { deliverTurn, type Delivered } from "../conversation.store.ts";
import type { Trace } from "../trace.ts";
import { MAX_JOINS, type Decision, type TurnContext } from "../turn.ts";
import type { Acted } from "./act.ts";
import { briefHandoff } from "./brief-handoff.ts";
import { subjectOf, type Draft } from "./compose.ts";

export type DeliverDeps = { database: Database; live: Live; clock: Clock; channels: ReadonlyMap<string, Channel>; policyHash: string; assistantName: string };

/**
 * Stage `deliver`: stores the reply in the transaction that checks that no person has taken over and nothing newer waits.
 *
 * Replay: one journaled step; a repeated step finds the turn ended and answers `repeat`.
 */
export async function deliver(deps: DeliverDeps, durable: Durable, turn: { context: TurnContext; decision: Decision; runs: readonly RunInput[]; acted: Acted; draft: Draft; trace: Trace }): Promise<Delivered & { /** Open pages know of it already. */ isTold: boolean }> {
  const { context, decision, acted, draft, trace } = turn;
  let isTold = false;
  const delivered = await durable.step("deliver", async () => {
    const at = new Date(deps.clock.nowMs());
    const messageId = newId("msg", at.getTime());
    const channel = deps.channels.get(context.channel);
    const handoff = draft.handoffReason === null ? null : await makeHandoff(deps, turn, draft.handoffReason, at);
    const stored = await deliverTurn(deps.database, context, {
      untilSeq: context.untilSeq, messageId, text: draft.text, authorName: deps.assistantName, citations: draft.citations, channel: context.channel,
      pushChannel: channel?.delivery === "push" ? channel.name : null, outboxId: newId("out", at.getTime()),
      intent: decision.intent, decision: decision.parts.map((part) => (part.kind === "tool" ? `tool:${part.tool}` : part.kind)).join(","), reason: decision.reason,
      model: draft.model, costMicroUsd: trace.costMicroUsd, stages: trace.stages, focus: draft.pending === null ? decision.focus : { ...decision.focus, pending: draft.pending }, subject: subjectOf(context.text, decision), handoff,
      isForced: acted.hasEffect || context.round >= MAX_JOINS, runs: turn.runs,
      ladder: decision.autonomy === undefined ? null : { rule: decision.autonomy.rule },
      ledger: ledgerOf(deps, turn, messageId, handoff?.id ?? null, at),
    }, at);
    // Whoever waits for the reply is told as soon as it is stored, before the engine has journaled that.
    isTold = stored.kind === "sent";
    if (stored.kind === "sent") deps.live.publish({ kind: "message", tenantId: context.tenantId, conversationId: context.conversationId, seq: stored.seq, message: storedReply(deps, turn, { messageId, seq: stored.seq, at }) });
    return stored;
  });
  return { ...delivered, isTold };
}

function storedReply(deps: DeliverDeps, { context, draft }: { context: TurnContext; draft: Draft }, stored: { messageId: string; seq: number; at: Date }): MessageView {
  return { id: stored.messageId, seq: stored.seq, conversationId: context.conversationId, caseId: context.caseId, author: "ai", authorName: deps.assistantName, channel: context.channel, text: draft.text, citations: draft.citations, turnId: context.turnId, createdAt: stored.at.toISOString() };
}

/** What the next person is told, with an id. */
export async function makeHandoff(deps: Pick<DeliverDeps, "database">, turn: { context: TurnContext; decision: Decision; acted: Acted; draft: Draft }, reason: string, at: Date) {
  const { context, decision, acted } = turn;
  const earlierTried = await listTried(deps.database, context, at.getTime(), new Set(acted.calls.map((call) => call.id)));
  const brief = briefHandoff({ context, decision, reason, calls: acted.calls, earlierTried, nowIso: at.toISOString() });
  const note = turn.draft.handoffNote;
  return { id: newId("hand", at.getTime()), reason, ...brief, summary: note === null ? brief.summary : { ...brief.summary, headline: note } };
}

function ledgerOf(deps: DeliverDeps, turn: { context: TurnContext; decision: Decision; acted: Acted; draft: Draft }, messageId: string, handoffId: string | null, at: Date) {
  const { context, decision, acted, draft } = turn;
  const base = { subjectId: context.conversationId, caseId: context.caseId, actor: "ai:assistant", at };
  const replied = makeLedgerEntry({
    ...base, kind: "turn.replied",
    body: {
      turnId: context.turnId, messageIds: context.messages.map((message) => message.id), replyId: messageId, replySha256: sha256(draft.text),
      intent: decision.intent, confidence: Number(decision.confidence.toFixed(3)), decision: decision.parts.map((part) => part.kind), rule: decision.reason, model: draft.model,
      sources: draft.citations.map((citation) => ({ documentId: citation.documentId, heading: citation.heading })), calls: acted.calls.map((call) => call.id), policy: deps.policyHash,
    },
  });
  if (handoffId === null) return [replied];
  return [replied, makeLedgerEntry({ ...base, kind: "handoff.requested", body: { handoffId, turnId: context.turnId, reason: draft.handoffReason } })];
}
