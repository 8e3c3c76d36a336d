import type { Clock } from "../../lib/clock.ts";
import type { Live } from "../../observe/live.ts";
import type { Policy, PolicyDecision } from "../../policy/policy.ts";
import type { Database } from "../../storage/database.ts";
import { insertWaiting } from "../tool-call.store.ts";
import { approvalIdOf, requestApproval, type CallToApprove } from "./request-approval.ts";

export type AskForCallDeps = { database: Database; clock: Clock; policy: Pick<Policy, "hash">; live?: Pick<Live, "publish"> };
export type AskForCall = Omit<CallToApprove, "id" | "callId" | "rule" | "reason" | "policyRules" | "policyHash" | "externalId" | "at"> & { callId: string; decision: Extract<PolicyDecision, { effect: "approve" }> };

/** `twin`: the same call waits already. `not_holder`: nothing may be done in the AI's name any more. */
export type AskedForCall = { kind: "waiting"; say: string } | { kind: "twin"; say: string } | { kind: "not_holder" };

/** Asks people for one exact call: the request, the call that waits, and the ledger entry are stored together, once per call id. */
export async function askForCall(deps: AskForCallDeps, { decision, ...call }: AskForCall): Promise<AskedForCall> {
  const at = new Date(deps.clock.nowMs());
  const asked = await deps.database.transaction(call.tenantId, async (query): Promise<AskedForCall> => {
    const requested = await requestApproval(query, { ...call, id: approvalIdOf(call.callId), rule: decision.by, reason: decision.reason, policyRules: decision.rules, policyHash: deps.policy.hash, externalId: null, at });
    if (requested.kind === "twin") return requested;
    const stored = await insertWaiting(query, call.tenantId, { id: call.callId, turnId: call.turnId, conversationId: call.owner.conversationId, tool: call.tool.name, risk: call.tool.risk, arguments: call.given, say: requested.say, rules: decision.rules, actor: call.principal, at, eventDepth: call.eventDepth });
    if (stored === "not_holder") throw new NotHolder();
    return { kind: "waiting", say: requested.say };
  }).catch((error: unknown): AskedForCall => {
    if (error instanceof NotHolder) return { kind: "not_holder" };
    throw error;
  });
  if (asked.kind === "waiting") deps.live?.publish({ kind: "approval", tenantId: call.tenantId, runId: call.asker.kind === "run" ? call.asker.runId : null });
  return asked;
}

/** Takes the request back with the rest of its transaction. */
class NotHolder extends Error {}
