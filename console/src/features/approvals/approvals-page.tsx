import { useInfiniteQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { sayProblem } from "../../lib/fetch-json.ts";
import { formatCount } from "../../lib/format.ts";
import { useNow } from "../../lib/use-now.ts";
import { usePageTitle } from "../../lib/use-page-title.ts";
import { useListShortcuts, useShortcuts } from "../../lib/use-shortcuts.ts";
import { ChoiceFilter, type FilterChoice } from "../../ui/choice-filter.tsx";
import { EmptyState, LoadingRows, Problem } from "../../ui/feedback.tsx";
import { CheckIcon } from "../../ui/icons.tsx";
import { LoadMore } from "../../ui/load-more.tsx";
import { PageFrame } from "../../ui/page-frame.tsx";
import { APPROVAL_STATUS_NAMES } from "../workflows/workflow-search.ts";
import { ApprovalCard } from "./approval-card.tsx";
import { approvalsQuery, type ApprovalStatus } from "./approval-queries.ts";
import { APPROVAL_STATUSES } from "./approval-words.ts";
import { DeputyForm } from "./deputy-form.tsx";
import { goToDecision } from "./go-to-decision.ts";

const CHOICES: readonly FilterChoice<ApprovalStatus>[] = [...APPROVAL_STATUS_NAMES.map((value) => ({ value, label: APPROVAL_STATUSES[value].words })), { value: null, label: "All" }];

/** Calls that wait for a person's yes, and what was decided. `status` null shows all. */
export function ApprovalsPage({ status }: { status: ApprovalStatus | null }) {
  const list = useInfiniteQuery(approvalsQuery(status));
  const nowMs = useNow(1_000);
  const box = useListShortcuts<HTMLDivElement>();
  useShortcuts({ a: () => goToDecision(box.current, "approved"), d: () => goToDecision(box.current, "refused") });
  usePageTitle("Approvals");
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
      <p role="status" className="sr-only">{list.isSuccess && `${formatCount(approvals.length, "approval", "approvals")} shown`}</p>
      <div ref={box} className="flex flex-col gap-4">{approvals.map((approval) => <ApprovalCard key={approval.id} approval={approval} nowMs={nowMs} />)}</div>
      {list.hasNextPage && <LoadMore isLoading={list.isFetchingNextPage} onMore={() => void list.fetchNextPage({ cancelRefetch: false })} />}
      <DeputyForm />
    </PageFrame>
  );
}

function StatusFilter({ status }: { status: ApprovalStatus | null }) {
  const navigate = useNavigate();
  const choose = (wanted: ApprovalStatus | null): void => void navigate({ to: "/approvals", search: wanted === "waiting" ? {} : { status: wanted ?? "all" }, replace: true });
  return <ChoiceFilter className="mb-4 flex-wrap" legend="Status of the approvals" name="approval-status" choices={CHOICES} chosen={status} onChoose={choose} />;
}
