import type { Policy, PolicyDecision, PolicyEntity, PolicyRequest } from "../policy/policy.ts";
import type { ToolRunner } from "./run-call.ts";
import type { Tool, ToolContext, ToolFacts } from "./tool.ts";

/** `missing`: there is no such target for this contact, which the tool says itself, in the words for a record that is not theirs. */
export type Judgement = (PolicyDecision | { effect: "missing" }) & { facts: ToolFacts };

export type CallAsked = { principal: PolicyEntity; channel: string; contact: { isVerified: boolean } | null };

/**
 * What policy says about a call: the tool's facts about its target are read, then the policy decides, or `decide` where more
 * than the policy counts (people have approved it).
 *
 * Throws what reading the facts throws.
 */
export async function judgeCall(deps: { policy: Policy; runner: ToolRunner }, tool: Tool, asked: CallAsked, value: unknown, context: Omit<ToolContext, "signal">, decide: (request: PolicyRequest) => PolicyDecision = (request) => deps.policy.decide(request)): Promise<Judgement> {
  const facts = tool.facts === undefined ? {} : await deps.runner.run(tool, (signal) => tool.facts?.(value, { ...context, signal }) ?? Promise.resolve({}));
  return facts === null ? { effect: "missing", facts: {} } : { ...decide(toPolicyRequest(tool, asked, facts)), facts };
}

/** Pure. */
export function toPolicyRequest(tool: Tool, asked: CallAsked, facts: ToolFacts): PolicyRequest {
  return {
    principal: asked.principal, action: "useTool", resource: { type: "Tool", id: tool.name, attributes: { risk: tool.risk } },
    context: { tool: tool.name, facts, channel: asked.channel, isVerified: asked.contact?.isVerified === true },
  };
}
