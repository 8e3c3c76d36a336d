import { cleanText } from "../../channels/clean-text.ts";
import { lastChannel, lockConversation, queueOutbound, type LockedConversation } from "../../handoff/handoff.store.ts";
import { noSuchConversation } from "../../handoff/handoff.errors.ts";
import { startDelivery } from "../../handoff/hold-conversation.ts";
import { sendsReplies } from "../../policy/autonomy.ts";
import { newId } from "../../lib/ids.ts";
import { sha256 } from "../../lib/sha256.ts";
import { recordInLedger } from "../../observe/ledger.ts";
import type { TransactionQuery } from "../../storage/database.ts";
import { leaveToPerson } from "./leave-to-person.ts";
import { appendRunMessage, isSaid } from "./talk.store.ts";
import type { TalkDeps, TalkTarget } from "./talk-deps.ts";

export type Said = { kind: "sent"; messageId: string; seq: number } | { kind: "withheld"; holder: "queue" | "human" } | { kind: "closed" };

export type SayInput = TalkTarget & {
  /** The same on every attempt: the message is stored once under it. */
  idempotencyKey: string;
  text: string;
  messageKind: "reply" | "question" | "handoff";
  citations?: readonly unknown[];
  /** Says it only while this case is the conversation's current one; else the outcome is `closed`. */
  onlyInCase?: string | null;
  /** Said in its place where the autonomy ladder lets no model's words be told. */
  authored?: string;
  /** More work in the same transaction, once the message is stored. */
  andThen?(query: TransactionQuery, scene: { conv: LockedConversation; messageId: string; at: Date }): Promise<void>;
};

function messageIdOf(idempotencyKey: string): string {
  return `msg_${sha256(idempotencyKey).slice(0, 22)}`;
}

/**
 * Stores a run's message to the contact, if the AI may still speak: the holder is checked under the row lock that a
 * takeover needs too. Channels that push get it by the outbox. Words of a model that the autonomy ladder lets nobody send by
 * itself are left to a person, who finds them in the hand-off.
 *
 * Throws: `handoff.no_such_conversation`, `channels.message_*`, `storage.unavailable` (retryable).
 * Replay: call it inside a journaled step; the same `idempotencyKey` answers the same message.
 */
export async function say(deps: TalkDeps, input: SayInput): Promise<Said> {
  const text = cleanText(input.text);
  const messageId = messageIdOf(input.idempotencyKey);
  const at = new Date(deps.clock.nowMs());
  const target = { tenantId: input.tenantId, conversationId: input.conversationId };
  // Read before the lock is taken, and only where it may matter.
  if (input.mayHoldModelWords) await deps.ladder.follow();
  const { said, isPushed, isHandedOver } = await deps.database.transaction(input.tenantId, async (query): Promise<{ said: Said; isPushed: boolean; isHandedOver?: boolean }> => {
    const conv = await lockConversation(query, input.tenantId, input.conversationId);
    if (conv === null) throw noSuchConversation();
    const channel = (await lastChannel(query, input.tenantId, input.conversationId)) ?? "web";
    const isPushed = deps.channels.get(channel)?.delivery === "push";
    const seqBefore = await isSaid(query, input.tenantId, messageId);
    if (seqBefore !== null) return { said: { kind: "sent", messageId, seq: seqBefore }, isPushed };
    if (typeof input.onlyInCase === "string" && conv.caseId !== input.onlyInCase) return { said: { kind: "closed" }, isPushed: false };
    if (conv.holder !== "ai") return { said: { kind: "withheld", holder: conv.holder }, isPushed: false };
    const isHeld = input.mayHoldModelWords && !sendsReplies(deps.ladder.levelFor({ intent: null, channel, risk: "read", amountCents: null }).level);
    if (isHeld && input.authored === undefined) return { said: { kind: "withheld", holder: "queue" }, isPushed: await leaveToPerson(deps, query, input, { caseId: conv.caseId, channel, text, at }), isHandedOver: true };
    const told = isHeld ? (input.authored ?? text) : text;
    const seq = await appendRunMessage(query, {
      ...target, caseId: conv.caseId, runId: input.runId, workflow: input.workflow, pointer: input.pointer, messageId, kind: input.messageKind, authorName: deps.assistantName, channel, text: told, citations: input.citations ?? [],
      turnStatus: input.messageKind === "handoff" ? "handed_off" : "replied", at,
    });
    if (isPushed) await queueOutbound(query, { ...target, outboxId: newId("out", at.getTime()), messageId, channel, at });
    await recordInLedger(query, input.tenantId, [{ kind: "workflow.said", subjectId: input.conversationId, caseId: conv.caseId, actor: `workflow:${input.workflow}`, at, body: { runId: input.runId, messageId, what: input.messageKind, sha256: sha256(told) } }]);
    await input.andThen?.(query, { conv, messageId, at });
    return { said: { kind: "sent", messageId, seq }, isPushed };
  });
  if (said.kind === "sent") deps.live.publish({ kind: "message", ...target, seq: said.seq });
  if (isHandedOver) for (const event of [{ kind: "message", seq: 0 }, { kind: "holder" }, { kind: "handoff" }] as const) deps.live.publish({ ...event, ...target });
  if (isPushed) await startDelivery(deps, target);
  return said;
}
