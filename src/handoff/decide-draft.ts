import { cleanText } from "../channels/clean-text.ts";
import { actorName, type UserActor } from "../identity/actor.ts";
import { newId } from "../lib/ids.ts";
import { sha256 } from "../lib/sha256.ts";
import { recordInLedger } from "../observe/ledger.ts";
import type { Citation, DraftView } from "../shapes/conversation.ts";
import { countDraft } from "./count-draft.ts";
import { closeOpenDraft, findDraft, putPending, readDraft, toDraftView, type DraftRow } from "./draft.store.ts";
import { alreadyHeld, draftDecided, draftStale, noSuchDraft, notHolder } from "./handoff.errors.ts";
import { appendMessage, endHandoff, findSent, lastChannel, queueOutbound, setHolder } from "./handoff.store.ts";
import { change, startDelivery, type HandoffDeps, type Scene } from "./hold-conversation.ts";

/** `edited` with the same text is `accepted`. */
export type DraftDecision = { kind: "accepted" } | { kind: "edited"; text: string } | { kind: "rejected"; reason: string };

/**
 * A person sends the AI's draft as it is or changed, or rejects it: once, under the conversation's row lock, whoever comes
 * first. What was sent from the queue gives the conversation back to the AI; a person who holds it goes on holding it. A
 * change and a no count as overrides for the ladder. The same from the same person again answers what became of it.
 *
 * Throws: `handoff.no_such_draft`, `.draft_decided` (by another, or otherwise), `.draft_stale` (the contact has written since),
 *   `.already_held`, `.not_holder` (a suggestion is for who holds the conversation), `channels.message_*`.
 */
export async function decideDraft(deps: HandoffDeps, actor: UserActor, id: string, decision: DraftDecision): Promise<DraftView> {
  const { tenantId } = actor;
  const found = await findDraft(deps.database, tenantId, id);
  if (found === null) throw noSuchDraft();
  const text = decision.kind === "edited" ? cleanText(decision.text) : found.body;
  const given = decision.kind === "edited" && text === found.body ? { kind: "accepted" as const } : decision;
  const target = { tenantId, conversationId: found.conversation_id };
  const done = await change(deps, tenantId, found.conversation_id, async (scene) => {
    const draft = await readDraft(scene.query, tenantId, id);
    if (draft === null) throw noSuchDraft();
    if (draft.status !== "open") return repeated(scene, draft, actor, given.kind, text);
    guard(scene, actor, draft, given.kind);
    const sent = given.kind === "rejected" ? null : await send(deps, scene, actor, draft, text, given.kind);
    const reason = given.kind === "rejected" ? given.reason : null;
    await closeOpenDraft(scene.query, tenantId, draft.conversation_id, { status: given.kind, by: actorName(actor), byName: actor.name, reason, messageId: sent?.messageId ?? null, at: scene.at });
    await recordInLedger(scene.query, tenantId, [{ kind: `draft.${given.kind}`, subjectId: draft.conversation_id, caseId: draft.case_id, actor: actorName(actor), at: scene.at, body: { draftId: id, turnId: draft.turn_id, rung: draft.rung, rule: draft.autonomy_rule, messageId: sent?.messageId ?? null, sha256: sent === null ? null : sha256(text), hasReason: reason !== null } }]);
    const hasMoved = await countDraft(deps.autonomy, scene.query, tenantId, draft, given.kind !== "accepted");
    return { draft: await readDraft(scene.query, tenantId, id), isPushed: sent?.isPushed === true, hasMoved };
  });
  if (done.hasMoved) await deps.autonomy.onChanged?.();
  if (done.isPushed) await startDelivery(deps, target);
  if (done.draft === null) throw noSuchDraft();
  return toDraftView(done.draft);
}

async function repeated({ query }: Scene, draft: DraftRow, actor: UserActor, kind: DraftDecision["kind"], text: string) {
  const sent = kind === "edited" && draft.message_id !== null ? await findSent(query, actor.tenantId, draft.message_id) : null;
  // Other words than those that were sent are no repeat: whoever wrote them must not take them for sent.
  const isSame = draft.status === kind && draft.decided_by === actorName(actor) && (sent === null || sent.body === text);
  if (isSame) return { draft, isPushed: false, hasMoved: false };
  if (draft.status === "stale") throw draftStale();
  const did = draft.status === "rejected" ? "rejected this draft" : "sent an answer from this draft";
  throw draftDecided({ message: `${draft.decided_by === actorName(actor) ? "You have" : `${draft.decided_by_name ?? "A colleague"} has`} already ${did}.` });
}

function guard({ conv }: Scene, actor: UserActor, draft: DraftRow, kind: DraftDecision["kind"]): void {
  const isMine = conv.holder === "human" && conv.assigneeId === actor.userId;
  if (conv.holder === "human" && !isMine) throw alreadyHeld();
  if (kind === "rejected") return;
  if (draft.is_stale || conv.holder === "ai") throw draftStale();
  if (draft.rung === "suggest" && !isMine) throw notHolder();
  if (draft.body === "" && kind === "accepted") throw draftStale({ message: "There is no text to send: write one." });
}

async function send(deps: HandoffDeps, { query, conv, at }: Scene, actor: UserActor, draft: DraftRow, text: string, kind: "accepted" | "edited"): Promise<{ messageId: string; isPushed: boolean }> {
  const target = { tenantId: actor.tenantId, conversationId: draft.conversation_id };
  const channel = (await lastChannel(query, target.tenantId, target.conversationId)) ?? "web";
  const messageId = newId("msg", at.getTime());
  await appendMessage(query, { ...target, caseId: conv.caseId, messageId, author: "human", authorId: actor.userId, authorName: actor.name, channel, text, citations: citedIn(text, draft.citations), turnId: draft.turn_id, at });
  const isPushed = deps.channels.get(channel)?.delivery === "push";
  if (isPushed) await queueOutbound(query, { ...target, outboxId: newId("out", at.getTime()), messageId, channel, at });
  // What a person has changed may ask something else.
  if (kind === "accepted" && draft.pending !== null && conv.caseId !== null) await putPending(query, target.tenantId, conv.caseId, draft.pending);
  if (conv.holder === "queue") {
    await setHolder(query, { ...target, holder: "ai", assigneeId: null, at });
    await endHandoff(query, { ...target, status: "returned", at });
  }
  return { messageId, isPushed };
}

function citedIn(text: string, citations: readonly Citation[]): Citation[] {
  return citations.filter(({ marker }) => text.includes(`[${marker}]`));
}
