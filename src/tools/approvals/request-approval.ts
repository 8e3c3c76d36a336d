import { deriveId } from "../../lib/derive-id.ts";
import { recordInLedger } from "../../observe/ledger.ts";
import type { ApprovalRule } from "../../policy/policy.ts";
import type { TransactionQuery } from "../../storage/database.ts";
import { describeCall } from "../describe-call.ts";
import type { Tool, ToolFacts } from "../tool.ts";
import { findWaitingTwin, insertApproval } from "./approval.store.ts";
import { askedWords, callerWaitsWords, stillAskedWords } from "./approval-words.ts";
import { amountOfCall } from "./call-amount.ts";
import { bindCall, hashCall, type CallOwner } from "./hash-call.ts";

/** Who waits for the decision: a turn, whose conversation goes on meanwhile; another system or a contact's own agent, which asks later what became of it; or the task of a run that sleeps. */
export type Asker = { kind: "turn" } | { kind: "caller" } | { kind: "run"; runId: string; workflow: string; pointer: string; taskName: string; /** Who or what began the run. */ startedBy: string };

/** Where neither policy nor workflow says how long there is to decide. */
export const DEFAULT_DEADLINE_MS = 24 * 3_600_000;

/** The approval that a call waits for; the same on every attempt. */
export function approvalIdOf(callId: string): string {
  return deriveId("appr", callId);
}

export type CallToApprove = {
  id: string; tenantId: string; /** Null: a workflow asks before it calls. */ callId: string | null; asker: Asker; tool: Tool; given: Record<string, unknown>; arguments: Record<string, unknown>; value: unknown; facts: ToolFacts;
  owner: CallOwner; caseId: string | null; turnId: string | null; channel: string; principal: string; rule: ApprovalRule; reason: string; policyRules: readonly string[]; policyHash: string | null; externalId: string | null; eventDepth: number; at: Date;
};

export type Requested = { kind: "asked"; approvalId: string; say: string } | { kind: "twin"; say: string };

/**
 * Stores the request for one exact call, with its ledger entry, in the caller's transaction; once per id. A call that waits
 * already, in the same conversation or for the same other system, is not asked for twice.
 */
export async function requestApproval(query: TransactionQuery, call: CallToApprove): Promise<Requested> {
  const { id, tenantId, tool, owner, asker, rule, at } = call;
  const callHash = bindCall(hashCall(tool.name, call.arguments), owner);
  const isCaller = asker.kind === "caller";
  const twin = call.callId === null || (owner.conversationId === null && !isCaller) ? null : await findWaitingTwin(query, tenantId, { conversationId: owner.conversationId, principal: call.principal, callHash, id });
  if (twin !== null) return { kind: "twin", say: isCaller ? callerWaitsWords(twin.describedAs, twin.principal === call.principal ? twin.id : null) : stillAskedWords(twin.describedAs) };
  const describedAs = wordsFor(tool, call.value, call.given);
  const say = isCaller ? callerWaitsWords(describedAs, id) : askedWords(describedAs);
  const run = asker.kind === "run" ? asker : null;
  const deadlineAt = new Date(at.getTime() + (rule.deadlineMs ?? DEFAULT_DEADLINE_MS));
  const isNew = await insertApproval(query, {
    tenantId, id, callId: call.callId, turnId: call.turnId, runId: run?.runId ?? null, workflow: run?.workflow ?? null, pointer: run?.pointer ?? null, taskName: run?.taskName ?? null, channel: call.channel, conversationId: owner.conversationId, caseId: call.caseId,
    contactId: owner.contactId, principal: call.principal, tool: tool.name, risk: tool.risk, given: call.given, arguments: call.arguments, facts: call.facts, ...amountOfCall(tool.risk, call.facts, call.arguments), policyRules: call.policyRules, policyHash: call.policyHash,
    rule, startedBy: run?.startedBy ?? null, callHash, describedAs, reason: call.reason, toldAs: asker.kind === "turn" ? say : null, externalId: call.externalId, at, deadlineAt, eventDepth: call.eventDepth,
  });
  if (isNew) {
    await recordInLedger(query, tenantId, [{
      kind: "approval.requested", subjectId: owner.conversationId ?? run?.runId ?? id, caseId: call.caseId, actor: run === null ? call.principal : `workflow:${run.workflow}`, at,
      body: { approvalId: id, callId: call.callId, turnId: call.turnId, runId: run?.runId ?? null, tool: tool.name, risk: tool.risk, callHash, rule, rules: call.policyRules, policy: call.policyHash, deadlineAt: deadlineAt.toISOString() },
    }]);
  }
  return { kind: "asked", approvalId: id, say };
}

/** The tool's own words; a tool that cannot describe these values must not stop the request. */
export function wordsFor(tool: Tool, value: unknown, given: Record<string, unknown>): string {
  try {
    return tool.describe(value);
  } catch {
    return describeCall(tool.name, given);
  }
}
