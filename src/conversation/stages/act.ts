import type { Durable } from "../../durable/durable.ts";
import { restore } from "../../guard/redactor.ts";
import type { Placeholder } from "../../guard/redactor.ts";
import { callTool, type CallToolDeps, type CallToolInput } from "../../tools/call-tool.ts";
import type { CallOccasion } from "../../tools/judge-call.ts";
import type { CallPlace } from "../../tools/resolve-arguments.ts";
import { findToolCall, type ToolCallRecord } from "../../tools/tool-call.store.ts";
import { findApproval } from "../../tools/approvals/approval.store.ts";
import { APPROVAL_SERVICE } from "../../tools/approvals/decide/tell-decisions.ts";
import { approvalIdOf } from "../../tools/approvals/request-approval.ts";
import type { Database } from "../../storage/database.ts";
import type { StageNote } from "../trace.ts";
import type { Decision, PlannedPart, TurnContext } from "../turn.ts";
import { ASSISTANT } from "./authorize.ts";
import { retrieveForTurn, type AskedOfKnowledge, type Retrieved, type RetrieveStageDeps } from "./retrieve.ts";
import { takeBack } from "./take-back.ts";

export type Acted = Retrieved & {
  calls: ToolCallRecord[];
  /** What the contact has taken back, in plain words; null: nothing was to be. */
  takenBack: string[] | null;
  /** A call has changed something, so the contact must be told whatever else comes in. */
  hasEffect: boolean;
};

export type ActDeps = RetrieveStageDeps & { toolCalls: CallToolDeps };

/**
 * Stage `act`: searches what the contact may read and calls the planned tools.
 *
 * Replay: the rewriting of the question, each search and each call is a journaled step that keeps ids only; what they found is read again from the
 * store. A call's id is made from the turn and its place, so a repeated step finds the record of the first.
 */
export async function act(deps: ActDeps, durable: Durable, context: TurnContext, decision: Decision, parts: readonly PlannedPart[], asked: AskedOfKnowledge, placeholders: readonly Placeholder[]): Promise<Acted> {
  const acted: Acted = { passages: [], isCarried: false, rewrite: null, evidence: null, calls: [], takenBack: null, hasEffect: false };
  const needsKnowledge = parts.some((part) => part.kind === "knowledge" || part.kind === "agent");
  if (needsKnowledge) Object.assign(acted, await retrieveForTurn(deps, durable, context, decision, asked));
  for (const part of parts) {
    if (part.kind === "withdraw") {
      const withdrawn = await durable.step("take-back", async () => (await takeBack(deps.toolCalls, context, part.approvalIds)).map(({ id }) => id));
      acted.takenBack = await describedAs(deps.toolCalls.database, context.tenantId, withdrawn);
      acted.hasEffect = true;
    }
    if (part.kind !== "tool") continue;
    const place = `${context.round}_${acted.calls.length}`;
    const call = await callInStep(deps.toolCalls, durable, context, { ...occasionOf(context, decision), tool: part.tool, place, arguments: restoreArguments(part.arguments, placeholders) });
    acted.calls.push(call);
    acted.hasEffect ||= mayHaveEffect(call);
  }
  return acted;
}

function toolContactOf(context: TurnContext): CallToolInput["contact"] {
  const { id, email, externalId, isVerified } = context.contact;
  return email === null ? null : { contactId: id, email, externalId, isVerified };
}

/** For whom and where this turn's calls are made. */
export function placeOf(context: TurnContext): CallPlace {
  return { contact: toolContactOf(context), conversationId: context.conversationId, caseId: context.caseId };
}

/** What the contact wants by this turn, for policies; what was confirmed is as sure as it can be. */
export function occasionOf(context: TurnContext, decision: Decision): { occasion?: CallOccasion } {
  const { intent, confidence } = decision;
  if (intent === null) return {};
  return { occasion: { intent, confidence: context.focus.pending?.intent === intent ? 1 : confidence } };
}

/** Whether a call has changed something, or may have: a failed one can have failed after its effect. One that waits has people look at it. */
export function mayHaveEffect(call: ToolCallRecord): boolean {
  return call.status === "waiting" || (call.risk !== "read" && (call.status === "ok" || call.status === "failed"));
}

/**
 * One tool call as one journaled step. Also used by the AI agent's tools. A call that waits for approval is settled by an
 * invocation of its own, which is started here.
 */
export async function callInStep(deps: CallToolDeps, durable: Durable, context: TurnContext, call: { tool: string; place: string; arguments: Record<string, unknown>; occasion?: CallOccasion }): Promise<ToolCallRecord> {
  const callId = `call_${context.turnId.slice("turn_".length)}_${call.place}`;
  let made: ToolCallRecord | null = null;
  const { status } = await durable.step(`tool.${call.tool}`, async () => {
    made = await callTool(deps, {
      tenantId: context.tenantId, callId, tool: call.tool, arguments: call.arguments, principal: ASSISTANT, channel: context.channel, ...(call.occasion === undefined ? {} : { occasion: call.occasion }), turnId: context.turnId, asker: { kind: "turn" }, ...placeOf(context),
    });
    return { callId, status: made.status };
  });
  if (status === "waiting") durable.send({ service: APPROVAL_SERVICE, handler: "settle", input: { tenantId: context.tenantId, approvalId: approvalIdOf(callId) }, idempotencyKey: approvalIdOf(callId) });
  const record: ToolCallRecord | null = made ?? (await findToolCall(deps.database, context.tenantId, callId));
  if (record === null) throw new Error(`the record of ${callId} is gone`);
  return status === "waiting" && record.status !== "waiting" ? asItWaited(deps, context, record) : record;
}

/** What is decided later belongs to later: a replay of this turn sees the call as it stood then. */
async function asItWaited(deps: CallToolDeps, context: TurnContext, record: ToolCallRecord): Promise<ToolCallRecord> {
  const approval = await findApproval(deps.database, context.tenantId, approvalIdOf(record.id));
  return { ...record, status: "waiting", reason: null, say: approval?.told_as ?? null, output: null, needsPerson: false, rules: approval?.policy_rules ?? [] };
}

async function describedAs(database: Database, tenantId: string, approvalIds: readonly string[]): Promise<string[]> {
  const rows = await Promise.all(approvalIds.map((id) => findApproval(database, tenantId, id)));
  return rows.flatMap((row) => (row === null ? [] : [row.described_as]));
}

/** Arguments with the personal values put back. */
export function restoreArguments(given: Record<string, string | number | boolean>, placeholders: readonly Placeholder[]): Record<string, unknown> {
  return Object.fromEntries(Object.entries(given).map(([name, value]) => [name, typeof value === "string" ? restore(value, placeholders) : value]));
}

export function noteActed(acted: Acted): StageNote {
  const { rewrite, evidence } = acted;
  return {
    reason: acted.calls.map((call) => `${call.tool}: ${call.status}`).join(", ") || (acted.passages.length > 0 ? `${acted.passages.length} passages` : "nothing to do"),
    result: acted.calls.some((call) => call.status === "failed") ? "failed" : acted.calls.some((call) => call.status === "denied") ? "refused" : "ok",
    ...(rewrite === null ? {} : { model: rewrite.model, costMicroUsd: rewrite.costMicroUsd, promptTokens: rewrite.promptTokens, completionTokens: rewrite.completionTokens }),
    detail: {
      passages: acted.passages.map((passage) => ({ chunkId: passage.chunkId, score: Number(passage.score.toFixed(3)) })), ...(evidence === null ? {} : { evidence: { kind: evidence.kind, reason: evidence.reason } }),
      ...(rewrite === null ? {} : { searchedFor: rewrite.query, rewrite: rewrite.reason }), calls: acted.calls.map((call) => call.id),
    },
  };
}
