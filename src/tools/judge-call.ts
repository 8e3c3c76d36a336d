import type { Policy, PolicyDecision, PolicyEntity, PolicyRequest } from "../policy/policy.ts";
import { isRecord } from "../lib/is-record.ts";
import { amountOfCall } from "./approvals/call-amount.ts";
import type { ToolRunner } from "./run-call.ts";
import type { SqlClient, Tool, ToolContact, ToolContext, ToolFacts } from "./tool.ts";

/** `missing`: there is no such target for this contact, which the tool says itself, in the words for a record that is not theirs. */
export type Judgement = (PolicyDecision | { effect: "missing" }) & { facts: ToolFacts };

/** What the contact wants, and how sure that is, 0..1: what policies and the autonomy ladder may hang on. */
export type CallOccasion = { intent: string; confidence: number };

export type CallAsked = { principal: PolicyEntity; channel: string; contact: { isVerified: boolean } | null; occasion?: CallOccasion };

/**
 * What policy says about a call: the tool's facts about its target are read, then the policy decides, or `decide` where more
 * than the policy counts (people have approved it).
 *
 * Throws what reading the facts throws.
 */
export async function judgeCall(deps: { policy: Policy; runner: ToolRunner }, tool: Tool, asked: CallAsked, value: unknown, context: Omit<ToolContext, "signal">, decide: (request: PolicyRequest) => PolicyDecision = (request) => deps.policy.decide(request)): Promise<Judgement> {
  const facts = await readFacts(deps, tool, value, context);
  return facts === null ? { effect: "missing", facts: {} } : { ...decide(toPolicyRequest(tool, asked, facts, value)), facts };
}

/** What the tool tells of the target of a call; null: there is no such target for this contact. Throws what reading it throws. */
export async function readFacts({ runner }: { runner: ToolRunner }, tool: Tool, value: unknown, context: Omit<ToolContext, "signal">): Promise<ToolFacts | null> {
  return tool.facts === undefined ? {} : runner.run(tool, (signal) => tool.facts?.(value, { ...context, signal }) ?? Promise.resolve({}));
}

/** What a tool is told beside its arguments. Pure. */
export function contextOf({ sql }: { sql: SqlClient }, { tenantId, contact }: { tenantId: string; contact: ToolContact | null }, idempotencyKey: string): Omit<ToolContext, "signal"> {
  return { tenantId, contact: { contactId: contact?.contactId ?? "", email: contact?.email ?? "", externalId: contact?.externalId ?? null }, idempotencyKey, sql };
}

/** `value`: the call's arguments. Pure. */
export function toPolicyRequest(tool: Tool, asked: CallAsked, facts: ToolFacts, value: unknown): PolicyRequest {
  const { amountCents } = amountOfCall(tool.risk, facts, isRecord(value) ? value : {});
  return {
    principal: asked.principal, action: "useTool", resource: { type: "Tool", id: tool.name, attributes: { risk: tool.risk } },
    context: {
      tool: tool.name, facts, channel: asked.channel, isVerified: asked.contact?.isVerified === true, risk: tool.risk,
      ...(amountCents === null ? {} : { amountCents }),
      ...(asked.occasion === undefined ? {} : { intent: asked.occasion.intent, confidencePercent: Math.round(asked.occasion.confidence * 100) }),
    },
  };
}
