import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";
import type { ApprovalView } from "../../../../src/shapes/workflow.ts";
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

/** From now on only these people decide; nobody named: everybody of its role. */
export function handOn(id: string, assignees: readonly string[]): Promise<ApprovalView> {
  return fetchJson<ApprovalView>(`/api/approvals/${id}/assignees`, { method: "POST", body: { assignees } });
}
