import { appendMessage, openHandoff, queueOutbound, readBackground, setHolder } from "../../handoff/handoff.store.ts";
import { cut } from "../../lib/cut.ts";
import { newId } from "../../lib/ids.ts";
import { recordInLedger } from "../../observe/ledger.ts";
import type { TransactionQuery } from "../../storage/database.ts";
import type { TalkDeps, TalkTarget } from "./talk-deps.ts";

/** The reason of such a hand-off. */
const HELD_BY_LADDER = "autonomy.workflow";

/**
 * Gives the conversation to the queue, with what a run would have said in a model's words, and tells the contact the workspace's
 * notice. In the caller's transaction, after the conversation's row lock. True: the notice has to be pushed.
 */
export async function leaveToPerson(deps: Pick<TalkDeps, "channels" | "notice">, query: TransactionQuery, target: TalkTarget, held: { caseId: string | null; channel: string; text: string; at: Date }): Promise<boolean> {
  const { tenantId, conversationId, runId, workflow } = target;
  const { caseId, channel, text, at } = held;
  await setHolder(query, { tenantId, conversationId, holder: "queue", assigneeId: null, at });
  const known = await readBackground(query, tenantId, conversationId);
  const summary = {
    headline: cut(`The workflow "${workflow}" would answer in words that a model has written, and the assistant may not send such now.`, 500), intent: known.intent, sentiment: null, language: null, openQuestion: known.lastText === null ? null : cut(known.lastText, 500),
    verifiedFacts: [known.isVerified ? `identity verified: ${known.email ?? known.name ?? "yes"}` : "identity not verified", cut(`not sent: ${text}`, 2_000)], suggestedNextStep: "Look at what it would have said, and answer yourself. Handed back, the workflow goes on.",
  };
  const handoffId = newId("hand", at.getTime());
  await openHandoff(query, { tenantId, conversationId, caseId, handoffId, reason: HELD_BY_LADDER, summary, tried: [], at });
  await recordInLedger(query, tenantId, [{ kind: "handoff.requested", subjectId: conversationId, caseId, actor: `workflow:${workflow}`, at, body: { handoffId, runId, reason: HELD_BY_LADDER } }]);
  if (deps.notice === null) return false;
  const messageId = newId("msg", at.getTime());
  await appendMessage(query, { tenantId, conversationId, caseId, messageId, author: "system", authorId: null, authorName: null, channel, text: deps.notice, at });
  const isPushed = deps.channels.get(channel)?.delivery === "push";
  if (isPushed) await queueOutbound(query, { tenantId, outboxId: newId("out", at.getTime()), messageId, conversationId, channel, at });
  return isPushed;
}
