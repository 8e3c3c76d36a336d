import { queryOptions } from "@tanstack/react-query";
import type { AutonomyLadderView, LevelName, PoliciesView, PolicyAnswersView, PolicyTriedView, PolicyTry, RungName } from "../../../../src/shapes/policy.ts";
import { fetchJson } from "../../lib/fetch-json.ts";
import { SLOW_POLL_MS } from "../../lib/slow-poll.ts";

const POLL_MS = 5_000;

/** The ladder moves by measurements and by the command line, too, and tells nobody; so it is asked for. */
export const autonomyQuery = queryOptions({
  queryKey: ["autonomy"],
  queryFn: ({ signal }) => fetchJson<AutonomyLadderView>("/api/autonomy", { signal }),
  refetchInterval: POLL_MS,
});

export const policiesQuery = queryOptions({
  queryKey: ["policies"],
  queryFn: ({ signal }) => fetchJson<PoliciesView>("/api/policies", { signal }),
  refetchInterval: SLOW_POLL_MS,
});

export function setLevel(rule: string, change: { level: LevelName; reason: string }): Promise<AutonomyLadderView> {
  return fetchJson<AutonomyLadderView>(`/api/autonomy/rules/${rule}`, { method: "PUT", body: change });
}

export function switchRung(change: { rung: RungName; isClosed: boolean; reason: string }): Promise<AutonomyLadderView> {
  return fetchJson<AutonomyLadderView>("/api/autonomy/switches", { method: "PUT", body: change });
}

export type WhoMay = { action: string; resource?: string; where?: string };

export function askWhoMay(question: WhoMay): Promise<PolicyAnswersView> {
  return fetchJson<PolicyAnswersView>("/api/policies/queries", { method: "POST", body: question });
}

export function tryDecision(tried: PolicyTry): Promise<PolicyTriedView> {
  return fetchJson<PolicyTriedView>("/api/policies/decisions", { method: "POST", body: tried });
}
