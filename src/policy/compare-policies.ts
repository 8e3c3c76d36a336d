import type { Policy, PolicyDecision, PolicyRequest } from "./policy.ts";

export type ChangedDecision = { from: PolicyDecision; to: PolicyDecision; /** How many recorded requests, and how often they were seen. */ requests: number; seen: number; example: PolicyRequest };

/** The requests on which two versions of the policies differ in what they decide or by whom it is approved, alike ones together, the most frequent first. */
export function comparePolicies(old: Policy, next: Policy, requests: readonly { request: PolicyRequest; seen: number }[]): ChangedDecision[] {
  const changes = new Map<string, ChangedDecision>();
  for (const { request, seen } of requests) {
    const [from, to] = [old.decide(request), next.decide(request)];
    if (effectOf(from) === effectOf(to)) continue;
    const key = JSON.stringify([request.principal.type, request.action, request.resource.type, request.resource.id, effectOf(from), from.rules, effectOf(to), to.rules]);
    const known = changes.get(key) ?? { from, to, requests: 0, seen: 0, example: request };
    changes.set(key, { ...known, requests: known.requests + 1, seen: known.seen + seen });
  }
  return [...changes.values()].sort((left, right) => right.seen - left.seen);
}

function effectOf(decision: PolicyDecision): string {
  if (decision.effect === "approve") return JSON.stringify(decision.by);
  return decision.effect === "deny" ? `deny ${decision.needsPerson}` : "allow";
}
