import { useInfiniteQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { sayProblem } from "../../../lib/fetch-json.ts";
import { useNow } from "../../../lib/use-now.ts";
import { onListArrows, useListShortcuts } from "../../../lib/use-shortcuts.ts";
import { ChoiceFilter, type FilterChoice } from "../../../ui/choice-filter.tsx";
import { EmptyState, LoadingRows, Problem } from "../../../ui/feedback.tsx";
import { PlayIcon } from "../../../ui/icons.tsx";
import { LoadMore } from "../../../ui/load-more.tsx";
import { runsQuery, type RunStatus } from "../workflow-queries.ts";
import { RUN_STATUS_NAMES } from "../workflow-search.ts";
import { RUN_STATUSES } from "../workflow-words.ts";
import { RunRow } from "./run-row.tsx";

const CHOICES: readonly FilterChoice<RunStatus>[] = [{ value: null, label: "All" }, ...RUN_STATUS_NAMES.map((value) => ({ value, label: RUN_STATUSES[value].words }))];

/** The runs of one workflow, newest first; the filter lives in the address. */
export function RunsTab({ name, status }: { name: string; status: RunStatus | null }) {
  const list = useInfiniteQuery(runsQuery({ workflow: name, ...(status === null ? {} : { status }) }));
  const nowMs = useNow(1_000);
  const box = useListShortcuts<HTMLUListElement>();
  const runs = list.data?.pages.flatMap((page) => page.items) ?? [];
  return (
    <div className="h-full overflow-y-auto px-4 py-4 md:px-6">
      <div className="mx-auto max-w-5xl">
        <StatusFilter name={name} status={status} />
        {list.isPending && <LoadingRows count={6} label="Loading the runs" className="h-12" />}
        {list.isError && <Problem text={sayProblem(list.error)} onRetry={() => void list.refetch()} />}
        {list.isSuccess && runs.length === 0 && (
          <EmptyState icon={<PlayIcon />} title={status === null ? "It has not run yet" : `No ${RUN_STATUSES[status].words.toLowerCase()} runs`}>
            {status === null ? "Runs appear here by themselves." : "Choose another status to see more."}
          </EmptyState>
        )}
        {runs.length > 0 && <ul ref={box} onKeyDown={onListArrows} aria-label="Runs" className="overflow-hidden rounded-xl border border-line bg-surface">{runs.map((run) => <RunRow key={run.id} run={run} nowMs={nowMs} />)}</ul>}
        {list.hasNextPage && <LoadMore isLoading={list.isFetchingNextPage} onMore={() => void list.fetchNextPage({ cancelRefetch: false })} />}
      </div>
    </div>
  );
}

function StatusFilter({ name, status }: { name: string; status: RunStatus | null }) {
  const navigate = useNavigate();
  const choose = (wanted: RunStatus | null): void => void navigate({ to: "/workflows/$workflowName", params: { workflowName: name }, search: { tab: "runs", ...(wanted === null ? {} : { status: wanted }) }, replace: true });
  return <ChoiceFilter className="mb-3 flex-wrap" legend="Status of the runs" name="run-status" choices={CHOICES} chosen={status} onChoose={choose} />;
}
