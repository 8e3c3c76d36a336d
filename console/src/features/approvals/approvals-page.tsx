import { useInfiniteQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useEffect } from "react";
import { sayProblem } from "../../lib/fetch-json.ts";
import { useNow } from "../../lib/use-now.ts";
import { EmptyState, LoadingRows, Problem } from "../../ui/feedback.tsx";
import { CheckIcon } from "../../ui/icons.tsx";
import { LoadMore } from "../../ui/load-more.tsx";
import { PageFrame } from "../../ui/page-frame.tsx";
import { ApprovalCard } from "./approval-card.tsx";
import { approvalsQuery, type ApprovalStatus } from "./approval-queries.ts";
import { APPROVAL_STATUSES } from "./approval-words.ts";

const CHOICES: readonly (ApprovalStatus | null)[] = ["waiting", "approved", "refused", "expired", "withdrawn", null];

/** Calls that wait for a person's yes, and what was decided. `status` null shows all. */
export function ApprovalsPage({ status }: { status: ApprovalStatus | null }) {
  const list = useInfiniteQuery(approvalsQuery(status));
  const nowMs = useNow(1_000);
  useEffect(() => {
    document.title = "Approvals · Baton";
  }, []);
  const approvals = list.data?.pages.flatMap((page) => page.items) ?? [];
  return (
    <PageFrame title="Approvals" note="A yes allows exactly the call you see, once. Nothing else may run in its place.">
      <StatusFilter status={status} />
      {list.isPending && <LoadingRows count={3} label="Loading the approvals" className="h-40" />}
      {list.isError && <Problem text={sayProblem(list.error)} onRetry={() => void list.refetch()} />}
      {list.isSuccess && approvals.length === 0 && (
        <EmptyState icon={<CheckIcon />} title={status === "waiting" ? "Nothing waits for approval" : status === null ? "Nothing was asked yet" : `Nothing is ${APPROVAL_STATUSES[status].words.toLowerCase()}`}>
          {status === "waiting" || status === null ? "When a workflow or the AI wants to do something risky, it appears here by itself." : "Choose another status to see more."}
        </EmptyState>
      )}
      <div className="flex flex-col gap-4">{approvals.map((approval) => <ApprovalCard key={approval.id} approval={approval} nowMs={nowMs} />)}</div>
      {list.hasNextPage && <LoadMore isLoading={list.isFetchingNextPage} onMore={() => void list.fetchNextPage({ cancelRefetch: false })} />}
    </PageFrame>
  );
}

function StatusFilter({ status }: { status: ApprovalStatus | null }) {
  const navigate = useNavigate();
  return (
    <fieldset className="mb-4 flex flex-wrap gap-0.5">
      <legend className="sr-only">Status of the approvals</legend>
      {CHOICES.map((choice) => (
        <label key={choice ?? "all"} className="inline-flex h-7 items-center rounded-md px-2 text-xs text-ink-soft hover:bg-sunken has-checked:bg-accent-soft has-checked:font-medium has-checked:text-accent-ink has-focus-visible:outline-2 has-focus-visible:outline-accent-ink">
          <input type="radio" name="approval-status" className="sr-only" checked={status === choice} onChange={() => void navigate({ to: "/approvals", search: choice === "waiting" ? {} : { status: choice ?? "all" }, replace: true })} />
          {choice === null ? "All" : APPROVAL_STATUSES[choice].words}
        </label>
      ))}
    </fieldset>
  );
}
