import { createHash } from "node:crypto";
import type { Clock } from "../lib/clock.ts";
import { messageOf } from "../lib/app-error.ts";
import { newId } from "../lib/ids.ts";
import type { Log } from "../lib/log.ts";
import type { DurableEngine } from "../durable/durable.ts";
import { tokenExpired } from "../identity/identity.errors.ts";
import type { Live } from "../observe/live.ts";
import type { Database } from "../storage/database.ts";
import type { MessageView } from "../shapes/conversation.ts";
import { conversationMissing, messageConflict } from "./channels.errors.ts";
import { cleanText } from "./clean-text.ts";
import { findInbound, storeInbound } from "./inbox.store.ts";

export type ReceiveDeps = { database: Database; engine: () => DurableEngine; live: Live; clock: Clock; log: Log };

export type InboundMessage = {
  tenantId: string;
  conversationId: string;
  contactId: string;
  channel: string;
  /** The channel's own id of the message, or the client's; the same message must come with the same id. */
  channelMessageId: string;
  text: string;
  /** Where a pushed reply goes; null on channels that are read. */
  address?: string;
  /** Comes with the token of an anonymous visit, which ends when the visit becomes a verified person's: it may be in other hands. */
  isAnonymous?: boolean;
};

/**
 * Stage `receive`: stores a message once and starts a turn.
 *
 * When it resolves the message is stored: if the engine is away, the sweeper starts the turn when it is back.
 * Throws: `channels.message_conflict` (same id, other text or conversation), `channels.conversation_missing`,
 * `channels.message_empty`, `identity.token_expired`, `channels.message_too_long`, `storage.unavailable` (nothing stored; send again).
 */
export async function receiveMessage(deps: ReceiveDeps, inbound: InboundMessage): Promise<{ message: MessageView; isRepeat: boolean }> {
  const text = cleanText(inbound.text);
  const bodyHash = createHash("sha256").update(inbound.conversationId).update("\n").update(text).digest("base64url");
  const at = new Date(deps.clock.nowMs());
  const messageId = newId("msg", at.getTime());
  const stored = await storeInbound(deps.database, { ...inbound, bodyHash, messageId, at, text, address: inbound.address ?? null, isAnonymous: inbound.isAnonymous ?? false });
  if (stored === "expired") throw tokenExpired();
  if (stored === null) return repeated(deps, inbound, bodyHash);
  deps.live.publish({ kind: "message", tenantId: inbound.tenantId, conversationId: inbound.conversationId, seq: stored.seq });
  await startTurn(deps, inbound.tenantId, inbound.conversationId);
  return { isRepeat: false, message: toView(inbound, { messageId, seq: stored.seq, caseId: stored.caseId, createdAt: at.toISOString(), body: text }) };
}

/** Asks the engine for a turn; a failure is left to the sweeper, since the message is stored. */
export async function startTurn(deps: Pick<ReceiveDeps, "engine" | "log">, tenantId: string, conversationId: string, options: { turnId?: string; idempotencyKey?: string } = {}): Promise<void> {
  try {
    await deps.engine().send({ service: "conversation", handler: "turn", key: `${tenantId}:${conversationId}`, input: { tenantId, conversationId, turnId: options.turnId ?? newId("turn") }, ...(options.idempotencyKey === undefined ? {} : { idempotencyKey: options.idempotencyKey }) });
  } catch (error) {
    deps.log.warn("channels.turn_not_started", { tenantId, conversationId, error: messageOf(error) });
  }
}

async function repeated(deps: ReceiveDeps, inbound: InboundMessage, bodyHash: string): Promise<{ message: MessageView; isRepeat: boolean }> {
  const known = await findInbound(deps.database, inbound.tenantId, inbound.channel, inbound.channelMessageId);
  if (known === null) throw conversationMissing();
  if (known.bodyHash !== bodyHash || known.conversationId !== inbound.conversationId) throw messageConflict();
  deps.log.info("channels.repeat_dropped", { tenantId: inbound.tenantId, channel: inbound.channel, messageId: known.messageId });
  return { isRepeat: true, message: toView(inbound, known) };
}

function toView(inbound: InboundMessage, row: { messageId: string; seq: number; caseId: string | null; createdAt: string; body: string }): MessageView {
  return { id: row.messageId, seq: row.seq, conversationId: inbound.conversationId, caseId: row.caseId, author: "contact", authorName: null, channel: inbound.channel, text: row.body, citations: [], turnId: null, createdAt: row.createdAt };
}
