import { useInfiniteQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useRef } from "react";
import { sayProblem } from "../../../lib/fetch-json.ts";
import { useNow } from "../../../lib/use-now.ts";
import { moveInList, onListArrows, useShortcuts } from "../../../lib/use-shortcuts.ts";
import { EmptyState, LoadingRows, Problem } from "../../../ui/feedback.tsx";
import { LoadMore } from "../../../ui/load-more.tsx";
import { PlayIcon } from "../graph/canvas-icons.tsx";
import { runsQuery, type RunStatus } from "../workflow-queries.ts";
import { RUN_STATUSES } from "../workflow-words.ts";
import { RunRow } from "./run-row.tsx";

const CHOICES: readonly (RunStatus | null)[] = [null, "running", "waiting", "completed", "failed", "cancelled"];

/** The runs of one workflow, newest first; the filter lives in the address. */
export function RunsTab({ name, status }: { name: string; status: RunStatus | null }) {
  const list = useInfiniteQuery(runsQuery({ workflow: name, ...(status === null ? {} : { status }) }));
  const nowMs = useNow(1_000);
  const box = useRef<HTMLUListElement>(null);
  useShortcuts({ j: () => moveInList(box.current, 1), k: () => moveInList(box.current, -1) });
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
  return (
    <fieldset className="mb-3 flex flex-wrap gap-0.5">
      <legend className="sr-only">Status of the runs</legend>
      {CHOICES.map((choice) => (
        <label key={choice ?? "all"} className="inline-flex h-7 items-center rounded-md px-2 text-xs text-ink-soft hover:bg-sunken has-checked:bg-accent-soft has-checked:font-medium has-checked:text-accent-ink has-focus-visible:outline-2 has-focus-visible:outline-accent-ink">
          <input type="radio" name="run-status" className="sr-only" checked={status === choice} onChange={() => choose(choice)} />
          {choice === null ? "All" : RUN_STATUSES[choice].words}
        </label>
      ))}
    </fieldset>
  );
}
