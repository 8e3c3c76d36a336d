import { cut } from "../lib/cut.ts";
import type { Channel } from "../channels/channel.ts";
import { messageConflict } from "../channels/channels.errors.ts";
import { cleanText } from "../channels/clean-text.ts";
import { startTurn } from "../channels/receive-message.ts";
import type { MessageView } from "../shapes/conversation.ts";
import type { DurableEngine } from "../durable/durable.ts";
import { actorName, type ContactActor, type UserActor } from "../identity/actor.ts";
import { messageOf } from "../lib/app-error.ts";
import type { Clock } from "../lib/clock.ts";
import { newId } from "../lib/ids.ts";
import type { Log } from "../lib/log.ts";
import { sha256 } from "../lib/sha256.ts";
import { recordInLedger } from "../observe/ledger.ts";
import type { Live } from "../observe/live.ts";
import type { AutonomyDeps } from "../policy/change-autonomy.ts";
import type { Database, TransactionQuery } from "../storage/database.ts";
import { withdrawApprovals } from "../tools/approvals/withdraw-approvals.ts";
import { listTried } from "../tools/list-tried.ts";
import { countDraft } from "./count-draft.ts";
import { closeOpenDraft, readOpenDraft } from "./draft.store.ts";
import { alreadyHeld, noSuchConversation, notHolder } from "./handoff.errors.ts";
import { appendMessage, endHandoff, findSent, holdHandoff, lapseQuestion, lastChannel, lockConversation, openHandoff, readBackground, reopenUnanswered, queueOutbound, resolveCase, setHolder, type LockedConversation } from "./handoff.store.ts";

export type HandoffDeps = { database: Database; live: Live; clock: Clock; log: Log; channels: ReadonlyMap<string, Channel>; engine: () => DurableEngine; /** What people make of drafts moves the ladder. */ autonomy: AutonomyDeps };

export type Scene = { query: TransactionQuery; conv: LockedConversation; at: Date };

/** Runs a change under the conversation's row lock, then tells open pages. */
export async function change<T>(deps: HandoffDeps, tenantId: string, conversationId: string, work: (scene: Scene) => Promise<T>): Promise<T> {
  const at = new Date(deps.clock.nowMs());
  const done = await deps.database.transaction(tenantId, async (query) => {
    const conv = await lockConversation(query, tenantId, conversationId);
    if (conv === null) throw noSuchConversation();
    return work({ query, conv, at });
  });
  // After the commit: a page that looks again must find it. 0: "look for whatever is new".
  deps.live.publish({ kind: "message", tenantId, conversationId, seq: 0 });
  for (const kind of ["holder", "handoff"] as const) deps.live.publish({ kind, tenantId, conversationId });
  return done;
}

/** The conversation goes on without the draft that waits: nobody has judged it. */
async function overtakeDraft({ query, at }: Scene, actor: UserActor | ContactActor, conversationId: string, reason: string): Promise<void> {
  await closeOpenDraft(query, actor.tenantId, conversationId, { status: "stale", by: actorName(actor), byName: null, reason, messageId: null, at });
}

async function sayInThread(scene: Scene, target: { tenantId: string; conversationId: string }, text: string): Promise<void> {
  const channel = (await lastChannel(scene.query, target.tenantId, target.conversationId)) ?? "web";
  await appendMessage(scene.query, { ...target, caseId: scene.conv.caseId, messageId: newId("msg", scene.at.getTime()), author: "system", authorId: null, authorName: null, channel, text, at: scene.at });
}

/**
 * A person takes the conversation over. From the moment this commits the AI sends nothing: the delivery of a reply checks
 * the holder under the same row lock. Taking over what one holds already changes nothing.
 * Throws `handoff.already_held` when another person holds it.
 */
export async function takeOver(deps: HandoffDeps, actor: UserActor, conversationId: string): Promise<void> {
  const target = { tenantId: actor.tenantId, conversationId };
  await change(deps, actor.tenantId, conversationId, async (scene) => {
    const { conv, query, at } = scene;
    if (conv.holder === "human" && conv.assigneeId === actor.userId) return;
    if (conv.holder === "human") throw alreadyHeld();
    await setHolder(query, { ...target, holder: "human", assigneeId: actor.userId, at });
    await holdHandoff(query, { ...target, caseId: conv.caseId, handoffId: newId("hand", at.getTime()), assigneeId: actor.userId, at });
    await sayInThread(scene, target, `${actor.name} has joined the conversation.`);
    await recordInLedger(query, actor.tenantId, [{ kind: "handoff.taken", subjectId: conversationId, caseId: conv.caseId, actor: actorName(actor), at, body: {} }]);
  });
  deps.live.publish({ kind: "withdrawn", ...target, turnId: "" });
}

/** The holder gives the conversation back to the AI, which answers what was left unanswered. Throws `handoff.not_holder`. */
export async function handBack(deps: HandoffDeps, actor: UserActor, conversationId: string): Promise<void> {
  const target = { tenantId: actor.tenantId, conversationId };
  const reopened = await change(deps, actor.tenantId, conversationId, async (scene) => {
    const { conv, query, at } = scene;
    if (conv.holder !== "human" || conv.assigneeId !== actor.userId) throw notHolder();
    const unanswered = await reopenUnanswered(query, target.tenantId, target.conversationId);
    await overtakeDraft(scene, actor, conversationId, "conversation.handed_back");
    if (conv.caseId !== null) await lapseQuestion(query, target.tenantId, conv.caseId);
    await setHolder(query, { ...target, holder: "ai", assigneeId: null, at });
    await endHandoff(query, { ...target, status: "returned", at });
    await sayInThread(scene, target, `${actor.name} has handed the conversation back to the assistant.`);
    await recordInLedger(query, actor.tenantId, [{ kind: "handoff.returned", subjectId: conversationId, caseId: conv.caseId, actor: actorName(actor), at, body: { reopened: unanswered } }]);
    return unanswered;
  });
  if (reopened > 0) await startTurn(deps, actor.tenantId, conversationId);
}

/** The contact goes back to the assistant while nobody has taken over yet. Nothing happens once a person holds it. */
export async function withdrawFromQueue(deps: HandoffDeps, actor: ContactActor): Promise<void> {
  const target = { tenantId: actor.tenantId, conversationId: actor.conversationId };
  await change(deps, actor.tenantId, actor.conversationId, async (scene) => {
    const { conv, query, at } = scene;
    if (conv.holder !== "queue") return;
    await overtakeDraft(scene, actor, actor.conversationId, "contact.back_with_assistant");
    await setHolder(query, { ...target, holder: "ai", assigneeId: null, at });
    await endHandoff(query, { ...target, status: "returned", at });
    await sayInThread(scene, target, "You are back with the assistant. You can ask for a person again at any time.");
    await recordInLedger(query, actor.tenantId, [{ kind: "handoff.withdrawn", subjectId: actor.conversationId, caseId: conv.caseId, actor: actorName(actor), at, body: {} }]);
  });
}

/** Closes the case: the next message opens a new one. Only its holder may close a held conversation. */
export async function resolveConversation(deps: HandoffDeps, actor: UserActor, conversationId: string): Promise<void> {
  const target = { tenantId: actor.tenantId, conversationId };
  await change(deps, actor.tenantId, conversationId, async (scene) => {
    const { conv, query, at } = scene;
    if (conv.holder === "human" && conv.assigneeId !== actor.userId) throw alreadyHeld();
    if (conv.caseId === null && conv.holder === "ai") return;
    await overtakeDraft(scene, actor, conversationId, "case.resolved");
    await setHolder(query, { ...target, holder: "ai", assigneeId: null, at });
    await endHandoff(query, { ...target, status: "closed", at });
    await sayInThread(scene, target, "This case was closed. Write again at any time to open a new one.");
    if (conv.caseId !== null) {
      await resolveCase(query, actor.tenantId, conversationId, conv.caseId, at);
      await withdrawApprovals(query, actor.tenantId, { caseId: conv.caseId }, { actor: actorName(actor), reason: "case.resolved", at });
    }
    await recordInLedger(query, actor.tenantId, [{ kind: "case.resolved", subjectId: conversationId, caseId: conv.caseId, actor: actorName(actor), at, body: {} }]);
  });
  deps.live.publish({ kind: "approval", tenantId: actor.tenantId, runId: null });
}

/**
 * A person's reply. `key` makes it once: the same key and text again answers the same message, another text is refused.
 * Throws `handoff.not_holder`, `channels.message_conflict`, `channels.message_*`.
 */
export async function replyAsHuman(deps: HandoffDeps, actor: UserActor, input: { conversationId: string; text: string; key: string | null }): Promise<MessageView> {
  const target = { tenantId: actor.tenantId, conversationId: input.conversationId };
  const text = cleanText(input.text);
  const messageId = input.key === null ? newId("msg") : keyedMessageId(actor, input.conversationId, input.key);
  const { view, isPushed, hasMoved } = await change(deps, actor.tenantId, input.conversationId, async ({ conv, query, at }) => {
    const sent = await findSent(query, actor.tenantId, messageId);
    const base = { id: messageId, conversationId: input.conversationId, author: "human" as const, authorName: actor.name, text, citations: [], turnId: null };
    if (sent !== null) {
      if (sent.body !== text) throw messageConflict();
      return { isPushed: false, hasMoved: false, view: { ...base, seq: sent.seq, caseId: sent.caseId, channel: sent.channel, createdAt: sent.createdAt } };
    }
    if (conv.holder !== "human" || conv.assigneeId !== actor.userId) throw notHolder();
    const channel = (await lastChannel(query, actor.tenantId, input.conversationId)) ?? "web";
    const seq = await appendMessage(query, { ...target, caseId: conv.caseId, messageId, author: "human", authorId: actor.userId, authorName: actor.name, channel, text, at });
    const needsPush = deps.channels.get(channel)?.delivery === "push";
    if (needsPush) await queueOutbound(query, { ...target, outboxId: newId("out", at.getTime()), messageId, channel, at });
    await recordInLedger(query, actor.tenantId, [{ kind: "human.replied", subjectId: input.conversationId, caseId: conv.caseId, actor: actorName(actor), at, body: { messageId, sha256: sha256(text) } }]);
    const hasMoved = await answerOtherwise(deps, query, actor, { conversationId: input.conversationId, messageId, at });
    return { isPushed: needsPush, hasMoved, view: { ...base, seq, caseId: conv.caseId, channel, createdAt: at.toISOString() } };
  });
  if (hasMoved) await deps.autonomy.onChanged?.();
  if (isPushed) await startDelivery(deps, target);
  return view;
}

/** A reply of one's own, past the draft that waits, overrides it. True when that moved its rule on the ladder. */
async function answerOtherwise(deps: HandoffDeps, query: TransactionQuery, actor: UserActor, { conversationId, messageId, at }: { conversationId: string; messageId: string; at: Date }): Promise<boolean> {
  const draft = await readOpenDraft(query, actor.tenantId, conversationId);
  if (draft === null) return false;
  const by = actorName(actor);
  if (draft.is_stale) {
    await closeOpenDraft(query, actor.tenantId, conversationId, { status: "stale", by, byName: actor.name, reason: "answered.otherwise", messageId, at });
    return false;
  }
  await closeOpenDraft(query, actor.tenantId, conversationId, { status: "rejected", by, byName: actor.name, reason: "answered.otherwise", messageId, at });
  await recordInLedger(query, actor.tenantId, [{ kind: "draft.rejected", subjectId: conversationId, caseId: draft.case_id, actor: by, at, body: { draftId: draft.id, turnId: draft.turn_id, rung: draft.rung, rule: draft.autonomy_rule, messageId, because: "answered.otherwise" } }]);
  return countDraft(deps.autonomy, query, actor.tenantId, draft, true);
}

function keyedMessageId(actor: UserActor, conversationId: string, key: string): string {
  return `msg_${sha256(`${actor.userId}\n${conversationId}\n${key}`).slice(0, 22)}`;
}

/** Starts the outbox of a conversation; a failure is left to the sweeper, since the row is stored. */
export async function startDelivery(deps: Pick<HandoffDeps, "engine" | "log">, target: { tenantId: string; conversationId: string }, idempotencyKey?: string): Promise<void> {
  try {
    await deps.engine().send({ service: "outbox", handler: "deliver", key: `${target.tenantId}:${target.conversationId}`, input: target, ...(idempotencyKey === undefined ? {} : { idempotencyKey }) });
  } catch (error) {
    deps.log.warn("handoff.delivery_not_started", { ...target, error: messageOf(error) });
  }
}

/** The contact asks for a person by the button; possible at any time, also before the first message. */
export async function askForPerson(deps: HandoffDeps, actor: ContactActor): Promise<void> {
  const target = { tenantId: actor.tenantId, conversationId: actor.conversationId };
  // Read before the lock is taken: a transaction that waits for a second connection would hold up everyone behind the lock.
  const tried = await listTried(deps.database, target, deps.clock.nowMs());
  await change(deps, actor.tenantId, actor.conversationId, async (scene) => {
    const { conv, query, at } = scene;
    if (conv.holder !== "ai") return;
    await setHolder(query, { ...target, holder: "queue", assigneeId: null, at });
    const known = await readBackground(query, actor.tenantId, actor.conversationId);
    const who = known.name ?? known.email ?? "A visitor";
    const summary = {
      headline: known.subject === null ? `${who} asked for a person before saying anything.` : `${who} asked for a person; the case began with: "${known.subject}"`,
      intent: known.intent, sentiment: null, language: null, openQuestion: known.lastText === null ? null : cut(known.lastText, 500),
      verifiedFacts: [known.isVerified ? `identity verified: ${known.email ?? actor.contactId}` : "identity not verified"], suggestedNextStep: "Greet the customer and read the thread.",
    };
    const handoffId = newId("hand", at.getTime());
    if (!(await openHandoff(query, { ...target, caseId: conv.caseId, handoffId, reason: "contact.asked", summary, tried, at }))) return;
    await sayInThread(scene, target, "You asked for a person. A colleague will be with you; they see the whole conversation.");
    await recordInLedger(query, actor.tenantId, [{ kind: "handoff.requested", subjectId: actor.conversationId, caseId: conv.caseId, actor: actorName(actor), at, body: { handoffId, reason: "contact.asked" } }]);
  });
}
