import { z } from "zod";
import type { Channel } from "../channels/channel.ts";
import type { Durable } from "../durable/durable.ts";
import { lastChannel, lockConversation, openHandoff, queueOutbound, readBackground, setHolder } from "../handoff/handoff.store.ts";
import { cut } from "../lib/cut.ts";
import { deriveId } from "../lib/derive-id.ts";
import { newId } from "../lib/ids.ts";
import { sha256 } from "../lib/sha256.ts";
import type { Clock } from "../lib/clock.ts";
import { recordInLedger } from "../observe/ledger.ts";
import type { Live } from "../observe/live.ts";
import type { Database, TransactionQuery } from "../storage/database.ts";
import { outcomeWords, type OutcomeWords } from "../tools/approvals/approval-words.ts";
import { findApproval, type ApprovalRow } from "../tools/approvals/approval.store.ts";
import { awaitDecision } from "../tools/approvals/await-decision.ts";
import { callerOf, occasionOfApproval, placeOfApproval } from "../tools/approvals/decide/edit-approval.ts";
import { askedBy } from "../tools/approvals/asked-by.ts";
import { callTool, type CallToolDeps } from "../tools/call-tool.ts";
import { listTried } from "../tools/list-tried.ts";
import { findToolCall, type ToolCallRecord } from "../tools/tool-call.store.ts";
import { addToTried, appendOutcome, isOutcomeTold } from "./approval-outcome.store.ts";

export type SettleDeps = { database: Database; clock: Clock; live: Live; channels: ReadonlyMap<string, Channel>; assistantName: string; toolCalls: CallToolDeps };

export const settleInput = z.object({ tenantId: z.string(), approvalId: z.string() });
export type SettleInput = z.infer<typeof settleInput>;

/**
 * Waits for the decision about a call that a turn or another system asked for, makes the call if it was approved, and tells the
 * contact what came of it, where a turn asked (other systems fetch it): an invocation of its own, so that the conversation stays free. A call that could not be made, and one that nobody
 * decided in time, goes to a person.
 *
 * Replay: the wait, the call and the message are journaled; the call's record and the message are stored once under ids made
 * from the approval's, so a second invocation for it does nothing again.
 */
export async function settleApproval(deps: SettleDeps, durable: Durable, input: SettleInput): Promise<{ status: string }> {
  await awaitDecision(deps, durable, input, "approval");
  const { status } = await durable.step("call", async () => ({ status: (await carryOut(deps, input))?.status ?? "missing" }));
  const told = await durable.step("tell", () => tellOutcome(deps, input));
  if (told?.isPushed === true) durable.send({ service: "outbox", handler: "deliver", key: `${input.tenantId}:${told.conversationId}`, input: { tenantId: input.tenantId, conversationId: told.conversationId } });
  return { status };
}

/** The same call once more: it is made if people approved it, and ends if they did not. */
async function carryOut(deps: SettleDeps, { tenantId, approvalId }: SettleInput): Promise<ToolCallRecord | null> {
  const approval = await findApproval(deps.database, tenantId, approvalId);
  if (approval === null || approval.call_id === null) return null;
  const place = await placeOfApproval(deps, tenantId, approval);
  const made = await callTool(deps.toolCalls, {
    tenantId, callId: approval.call_id, tool: approval.tool, arguments: approval.given, principal: callerOf(approval, place.contact), channel: approval.channel, turnId: approval.turn_id, asker: { kind: "turn" }, eventDepth: approval.event_depth,
    ...occasionOfApproval(approval), ...place,
  });
  deps.live.publish({ kind: "approval", tenantId, runId: null });
  return made;
}

type Told = { conversationId: string; isPushed: boolean };

async function tellOutcome(deps: SettleDeps, { tenantId, approvalId }: SettleInput): Promise<Told | null> {
  const approval = await findApproval(deps.database, tenantId, approvalId);
  if (approval === null || approval.call_id === null || approval.conversation_id === null || askedBy(approval) === "caller") return null;
  const call = await findToolCall(deps.database, tenantId, approval.call_id);
  if (call === null) return null;
  const conversationId = approval.conversation_id;
  const words = outcomeWords(approval, call);
  if (words === null) return null;
  const at = new Date(deps.clock.nowMs());
  // Read before the lock is taken: a transaction that waits for a second connection would hold up everyone behind the lock.
  const tried = words.handoff === null ? [] : await listTried(deps.database, { tenantId, conversationId }, at.getTime());
  const said = await deps.database.transaction(tenantId, (query) => say(deps, query, { tenantId, conversationId, approval, call, words, tried, at }));
  if (said === null) return null;
  deps.live.publish({ kind: "message", tenantId, conversationId, seq: said.seq });
  if (said.hasHandedOff) for (const kind of ["holder", "handoff"] as const) deps.live.publish({ kind, tenantId, conversationId });
  return { conversationId, isPushed: said.isPushed };
}

type Saying = { tenantId: string; conversationId: string; approval: ApprovalRow; call: ToolCallRecord; words: OutcomeWords; tried: readonly unknown[]; at: Date };

/**
 * Once per approval: to the contact, or, while a person holds the conversation or is awaited, to that person. Which of them is
 * checked under the row lock that a takeover needs too. It is told whatever the autonomy ladder says by now: it is the truth about
 * a call that people have decided, in words of ours and of the tool.
 */
async function say(deps: SettleDeps, query: TransactionQuery, saying: Saying): Promise<{ seq: number; isPushed: boolean; hasHandedOff: boolean } | null> {
  const { tenantId, conversationId, approval, call, words, at } = saying;
  const conv = await lockConversation(query, tenantId, conversationId);
  if (conv === null) return null;
  const messageId = deriveId("msg", `${approval.id}:outcome`);
  const tried = { what: approval.described_as, result: `${APPROVAL_ENDS[approval.status]}; ${call.say ?? call.reason ?? call.status}`, at: approval.decided_at ?? at.toISOString() };
  if (await isOutcomeTold(query, tenantId, { conversationId, messageId, tried })) return null;
  const entry = { subjectId: conversationId, caseId: conv.caseId, actor: "ai:assistant", at };
  const outcome = { approvalId: approval.id, callId: call.id, status: approval.status, outcome: call.status };
  if (conv.holder !== "ai") {
    await addToTried(query, tenantId, conversationId, tried);
    await recordInLedger(query, tenantId, [{ ...entry, kind: "approval.left_to_person", body: outcome }]);
    return null;
  }
  const channel = (await lastChannel(query, tenantId, conversationId)) ?? approval.channel;
  const seq = await appendOutcome(query, { tenantId, conversationId, caseId: conv.caseId, messageId, authorName: deps.assistantName, channel, text: words.text, at });
  const isPushed = deps.channels.get(channel)?.delivery === "push";
  if (isPushed) await queueOutbound(query, { tenantId, outboxId: newId("out", at.getTime()), messageId, conversationId, channel, at });
  await recordInLedger(query, tenantId, [{ ...entry, kind: "approval.told", body: { ...outcome, messageId, sha256: sha256(words.text) } }]);
  if (words.handoff !== null) await handOff(query, saying, conv.caseId, words.handoff);
  return { seq, isPushed, hasHandedOff: words.handoff !== null };
}

const APPROVAL_ENDS: Record<ApprovalRow["status"], string> = { waiting: "waits", approved: "approved", refused: "declined by a colleague", expired: "nobody decided in time", withdrawn: "taken back" };

async function handOff(query: TransactionQuery, { tenantId, conversationId, approval, call, tried, at }: Saying, caseId: string | null, reason: string): Promise<void> {
  await setHolder(query, { tenantId, conversationId, holder: "queue", assigneeId: null, at });
  const known = await readBackground(query, tenantId, conversationId);
  const handoffId = newId("hand", at.getTime());
  const summary = {
    headline: cut(reason === "approval.expired" ? `Nobody decided in time: ${approval.described_as}` : `Approved, but it could not be done: ${approval.described_as}`, 500), intent: known.intent, sentiment: null, language: null, openQuestion: known.lastText === null ? null : cut(known.lastText, 500),
    verifiedFacts: [known.isVerified ? `identity verified: ${known.email ?? known.name ?? "yes"}` : "identity not verified", ...(call.reason === null ? [] : [cut(call.reason, 300)])],
    suggestedNextStep: reason === "approval.expired" ? "Decide it now and do it by hand, or tell the customer why not." : "Look at the approval and the call, then do the step by hand.",
  };
  await openHandoff(query, { tenantId, conversationId, caseId, handoffId, reason, summary, tried, at });
  await recordInLedger(query, tenantId, [{ kind: "handoff.requested", subjectId: conversationId, caseId, actor: "ai:assistant", at, body: { handoffId, reason, approvalId: approval.id } }]);
}
