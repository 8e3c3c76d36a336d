import type { Durable } from "../../durable/durable.ts";
import { newId } from "../../lib/ids.ts";
import { sha256 } from "../../lib/sha256.ts";
import { makeLedgerEntry } from "../../observe/ledger.ts";
import { heightOf, type Autonomy } from "../../policy/autonomy.ts";
import type { DraftView } from "../../shapes/conversation.ts";
import { describeCall } from "../../tools/describe-call.ts";
import { beginNextTurn } from "../next-turn.ts";
import { proposeTurn, type Proposal, type Proposed } from "../propose.store.ts";
import type { Trace } from "../trace.ts";
import type { TurnDeps } from "../turn-deps.ts";
import { MAX_JOINS, type Decision, type TurnContext, type TurnEnd } from "../turn.ts";
import { restoreArguments, type Acted } from "./act.ts";
import { subjectOf, type Draft } from "./compose.ts";
import { makeHandoff } from "./deliver.ts";
import { replyLevel } from "./hold-to-ladder.ts";
import type { RedactedTurn } from "./redact.ts";

type Turn = { context: TurnContext; decision: Decision; acted: Acted; draft: Draft; redacted: RedactedTurn; trace: Trace };

/**
 * Stage `deliver` of a reply that the ladder keeps for a person: it becomes a draft or a suggestion, the contact is told once
 * that somebody will look at it, and the case waits in the queue. The ladder is asked again here, so that a rung closed in
 * mid-turn counts; it never goes higher than was decided.
 *
 * Replay: one journaled step; a repeated step finds the turn ended and answers `repeat`.
 */
export async function propose(deps: TurnDeps, durable: Durable, turn: Turn): Promise<Extract<TurnEnd, { kind: "ended" }> | { kind: "joined"; untilSeq: number }> {
  const { context } = turn;
  const at = { tenantId: context.tenantId, conversationId: context.conversationId };
  const proposed = await durable.step("propose", async (): Promise<Proposed> => {
    await deps.ladder.follow();
    const now = new Date(deps.clock.nowMs());
    return proposeTurn(deps.database, context, await proposalOf(deps, turn, levelNow(deps, turn), now), now);
  });
  if (proposed.kind === "joined") return proposed;
  beginNextTurn(durable, context, proposed.pendingCount);
  deps.live.publish({ kind: "withdrawn", ...at, turnId: context.turnId });
  if (proposed.kind !== "silent") {
    deps.live.publish({ kind: "message", ...at, seq: 0 });
    for (const kind of ["holder", "handoff"] as const) deps.live.publish({ kind, ...at });
    if (deps.channels.get(context.channel)?.delivery === "push") durable.send({ service: "outbox", handler: "deliver", key: `${at.tenantId}:${at.conversationId}`, input: at });
  }
  deps.live.publish({ kind: "finished", ...at, turnId: context.turnId });
  if (proposed.kind === "repeat") return { kind: "ended", status: proposed.status };
  return { kind: "ended", status: proposed.kind === "proposed" && proposed.isHandedOff ? "handed_off" : "silent" };
}

/** A reply that may be sent again by now was stopped a moment ago: a person looks at it all the same. */
function levelNow(deps: TurnDeps, { context, decision }: Turn): { level: "off" | "suggest" | "draft"; rule: string | null } {
  const now: Pick<Autonomy, "level" | "rule"> = replyLevel(deps.ladder, context, decision);
  const decided = decision.autonomy ?? now;
  const level = heightOf(now.level) < heightOf(decided.level) ? now.level : decided.level;
  return { level: level === "off" || level === "suggest" ? level : "draft", rule: now.rule };
}

async function proposalOf(deps: TurnDeps, turn: Turn, { level, rule }: ReturnType<typeof levelNow>, at: Date): Promise<Proposal> {
  const { context, decision, acted, draft, trace, redacted } = turn;
  const calls = level === "off" ? [] : callsToPropose(decision, acted, redacted);
  // Words that hand the contact to a person are no answer to review.
  const text = level === "off" || draft.handoffReason !== null ? "" : draft.text;
  const reason = draft.handoffReason ?? `autonomy.${level}`;
  const handoff = await makeHandoff(deps, turn, reason, at);
  const draftId = newId("draft", at.getTime());
  const channel = deps.channels.get(context.channel);
  const base = { subjectId: context.conversationId, caseId: context.caseId, actor: "ai:assistant", at };
  const isDraft = level !== "off" && (text !== "" || calls.length > 0);
  const body = { turnId: context.turnId, draftId: isDraft ? draftId : null, rung: level, rule, sha256: isDraft ? sha256(text) : null, intent: decision.intent, confidence: Number(decision.confidence.toFixed(3)), decidedBy: decision.reason, model: draft.model, calls: acted.calls.map((call) => call.id), policy: deps.policyHash, sources: draft.citations.map(({ documentId, heading }) => ({ documentId, heading })) };
  return {
    untilSeq: context.untilSeq, mayJoin: context.round < MAX_JOINS && !acted.hasEffect, decision: level, reason: `autonomy.${rule ?? "level"}, ${decision.reason}`, intent: decision.intent, model: draft.model, costMicroUsd: trace.costMicroUsd, stages: trace.stages,
    focus: { ...decision.focus, pending: null }, subject: subjectOf(context.text, decision), handoff,
    draft: isDraft ? { id: draftId, conversationId: context.conversationId, caseId: context.caseId, turnId: context.turnId, rung: level, autonomyRule: rule, text, citations: text === "" ? [] : draft.citations, intent: decision.intent, calls, pending: text === "" ? null : (draft.pending ?? decision.focus.pending), untilSeq: context.untilSeq } : null,
    notice: deps.notice === null ? null : { messageId: newId("msg", at.getTime()), text: deps.notice, channel: context.channel, outboxId: channel?.delivery === "push" ? newId("out", at.getTime()) : null },
    ledger: [makeLedgerEntry({ ...base, kind: "turn.proposed", body })], handoffLedger: [makeLedgerEntry({ ...base, kind: "handoff.requested", body: { handoffId: handoff.id, turnId: context.turnId, reason } })],
  };
}

/** What a person may want to do: calls left out of the plan, and those the ladder has stopped. */
function callsToPropose(decision: Decision, acted: Acted, redacted: RedactedTurn): DraftView["calls"] {
  const planned = (decision.autonomy?.calls ?? []).map((call) => ({ tool: call.tool, arguments: restoreArguments(call.arguments, redacted.placeholders) }));
  const stopped = acted.calls.filter((call) => call.status === "denied" && call.rules.some((each) => each.startsWith("autonomy."))).map((call) => ({ tool: call.tool, arguments: call.arguments }));
  return [...planned, ...stopped].map((call) => ({ ...call, describedAs: describeCall(call.tool, call.arguments) }));
}
