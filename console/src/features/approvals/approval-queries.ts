import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";
import type { ApprovalView, DeputyView } from "../../../../src/shapes/approval.ts";
import { fetchJson } from "../../lib/fetch-json.ts";
import { cursorPaging, fetchPage } from "../../lib/paging.ts";
import { SLOW_POLL_MS } from "../../lib/slow-poll.ts";

export type ApprovalStatus = ApprovalView["status"];

const PAGE = 30;
const COUNT_LIMIT = 100;

/** Newest first; null takes all. */
export function approvalsQuery(status: ApprovalStatus | null) {
  return infiniteQueryOptions({
    queryKey: ["approvals", "list", status],
    queryFn: ({ pageParam, signal }) => fetchPage<ApprovalView>("/api/approvals", { status, limit: PAGE, cursor: pageParam }, signal),
    ...cursorPaging,
    refetchInterval: SLOW_POLL_MS,
  });
}

export function approvalQuery(id: string) {
  return queryOptions({ queryKey: ["approvals", "one", id], queryFn: ({ signal }) => fetchJson<ApprovalView>(`/api/approvals/${encodeURIComponent(id)}`, { signal }), refetchInterval: SLOW_POLL_MS });
}

/** How many wait for the person who is signed in, 100 at most. */
export const waitingApprovalsQuery = queryOptions({
  queryKey: ["approvals", "count"],
  queryFn: async ({ signal }) => (await fetchPage<ApprovalView>("/api/approvals", { status: "waiting", limit: COUNT_LIMIT }, signal)).items.filter((approval) => approval.isMine).length,
  refetchInterval: SLOW_POLL_MS,
});

/** The hash says which call was seen: another one is refused by the server. */
export function decideApproval(approval: Pick<ApprovalView, "id" | "callHash">, decision: "approved" | "refused", comment: string): Promise<ApprovalView> {
  return fetchJson<ApprovalView>(`/api/approvals/${approval.id}/decision`, { method: "POST", body: { decision, callHash: approval.callHash, ...(comment === "" ? {} : { comment }) } });
}

/** Changes the call that was seen, and approves it so. */
export function editApproval(approval: Pick<ApprovalView, "id" | "callHash">, call: Record<string, unknown>, comment: string): Promise<ApprovalView> {
  return fetchJson<ApprovalView>(`/api/approvals/${approval.id}/edit`, { method: "POST", body: { callHash: approval.callHash, arguments: call, ...(comment === "" ? {} : { comment }) } });
}

export const deputyQuery = queryOptions({ queryKey: ["approval-deputy"], queryFn: ({ signal }) => fetchJson<{ deputy: DeputyView | null }>("/api/approval-deputy", { signal }) });

/** Null: decide for yourself again. */
export function chooseDeputy(deputy: { email: string; until: string } | null): Promise<{ deputy: DeputyView | null }> {
  return fetchJson<{ deputy: DeputyView | null }>("/api/approval-deputy", { method: "PUT", body: deputy === null ? {} : { deputy } });
}

/** From now on only these people decide; nobody named: those who were asked at first. */
export function handOn(id: string, assignees: readonly string[]): Promise<ApprovalView> {
  return fetchJson<ApprovalView>(`/api/approvals/${id}/assignees`, { method: "POST", body: { assignees } });
}
