import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";
import type { BranchCounts, CheckView, DiffView, FindingView, PublishView, RunSummary, RunView, WorkflowSummary, WorkflowView } from "../../../../src/shapes/workflow.ts";
import { fetchJson, isMissing } from "../../lib/fetch-json.ts";
import { cursorPaging, fetchPage } from "../../lib/paging.ts";
import { SLOW_POLL_MS } from "../../lib/slow-poll.ts";

export type RunStatus = RunSummary["status"];
export type RunFilters = { workflow?: string; status?: RunStatus; conversationId?: string };
export type PublishOutcome = { status: "published" | "unchanged" | "refused"; publish: PublishView | null; findings: FindingView[]; /** Refused, since the number stands for another text. */ taken: { version: string; next: Record<RaisedPart, string> }[]; /** The documents with the numbers they were given. */ raised: { text: string }[] };
/** What of a version number goes up: `patch` for a mended fault, `minor` for something new. */
export type RaisedPart = "patch" | "minor";

const RUN_PAGE = 30;

export const workflowsQuery = queryOptions({
  queryKey: ["workflows", "list"],
  queryFn: async ({ signal }) => (await fetchJson<{ items: WorkflowSummary[] }>("/api/workflows", { signal })).items,
  refetchInterval: SLOW_POLL_MS,
});

/** One workflow as it is active, or one of its versions by hash. */
export function workflowQuery(name: string, hash: string | null = null) {
  return queryOptions({
    queryKey: ["workflows", "one", name, hash],
    queryFn: ({ signal }) => fetchJson<WorkflowView>(`/api/workflows/${name}${hash === null ? "" : `?hash=${hash}`}`, { signal }),
  });
}

/** Every task and branch counted. */
export function branchesQuery(name: string, days: number) {
  return queryOptions({
    queryKey: ["workflows", "branches", name, days],
    queryFn: ({ signal }) => fetchJson<BranchCounts>(`/api/workflows/${name}/branches?days=${days}`, { signal }),
    refetchInterval: SLOW_POLL_MS,
    placeholderData: (previous) => previous,
  });
}

export const publishesQuery = queryOptions({
  queryKey: ["workflows", "publishes"],
  queryFn: async ({ signal }) => (await fetchJson<{ items: PublishView[] }>("/api/publishes", { signal })).items,
});

export function diffQuery(before: string, after: string) {
  return queryOptions({
    queryKey: ["workflows", "diff", before, after],
    queryFn: ({ signal }) => fetchJson<DiffView>(`/api/workflow-diff?before=${before}&after=${after}`, { signal }),
    staleTime: Infinity,
  });
}

export function runsQuery(filters: RunFilters) {
  return infiniteQueryOptions({
    queryKey: ["runs", filters],
    queryFn: ({ pageParam, signal }) => fetchPage<RunSummary>("/api/runs", { ...filters, limit: RUN_PAGE, cursor: pageParam }, signal),
    ...cursorPaging,
    refetchInterval: SLOW_POLL_MS,
    placeholderData: (previous) => previous,
  });
}

export function runQuery(id: string) {
  return queryOptions({
    queryKey: ["run", id],
    queryFn: ({ signal }) => fetchJson<RunView>(`/api/runs/${id}`, { signal }),
    // A run that is not there will not come; one that cannot be reached may.
    refetchInterval: ({ state }) => (isMissing(state.error) ? false : state.data === undefined || isOpenRun(state.data.status) ? SLOW_POLL_MS : false),
  });
}

export function isOpenRun(status: RunStatus): boolean {
  return status === "running" || status === "waiting";
}

export function checkQuery(document: { text: string; file: string }) {
  return queryOptions({
    queryKey: ["workflows", "check", document.file, document.text],
    queryFn: () => fetchJson<CheckView>("/api/workflow-checks", { method: "POST", body: document }),
  });
}

/** `raise`: gives the document the next number, if its own was published with another text. */
export function publishDocument(input: { file: string; text: string; note: string | null; raise: RaisedPart | null }): Promise<PublishOutcome> {
  const { note, raise, ...document } = input;
  return fetchJson<PublishOutcome>("/api/publishes", { method: "POST", body: { documents: [document], ...(note === null ? {} : { note }), ...(raise === null ? {} : { raise }) } });
}

export function rollBackTo(publishId: string): Promise<PublishView> {
  return fetchJson<PublishView>("/api/publishes/rollback", { method: "POST", body: { to: publishId } });
}

export type RunAction = "cancel" | "resume" | "retry";

/** Returns the id of the run that goes on: for `retry` a new one. */
export function controlRun(id: string, action: RunAction): Promise<{ runId: string }> {
  return fetchJson<{ runId: string }>(`/api/runs/${id}/${action}`, { method: "POST", body: {} });
}
