import { useInfiniteQuery } from "@tanstack/react-query";
import { sayProblem } from "../../../lib/fetch-json.ts";
import { formatAgo, formatFull } from "../../../lib/format.ts";
import { useNow } from "../../../lib/use-now.ts";
import { LoadingRows, Problem } from "../../../ui/feedback.tsx";
import { LoadMore } from "../../../ui/load-more.tsx";
import { problemsQuery } from "../knowledge-queries.ts";

/** What could not be taken, and why. `source` null: of all sources. */
export function ProblemList({ source }: { source: string | null }) {
  const list = useInfiniteQuery(problemsQuery(source));
  const nowMs = useNow(30_000);
  if (list.isPending) return <LoadingRows count={2} label="Loading the problems" className="h-10" />;
  if (list.isError) return <Problem text={sayProblem(list.error)} onRetry={() => void list.refetch()} />;
  const problems = list.data.pages.flatMap((page) => page.items);
  if (problems.length === 0) return <p className="text-xs text-ink-faint">None: everything was taken.</p>;
  return (
    <>
      <ul aria-label="What could not be taken" className="overflow-hidden rounded-xl border border-line bg-surface">
        {problems.map((problem) => (
          <li key={`${problem.sourceId} ${problem.item}`} className="border-b border-line px-4 py-2.5 last:border-b-0">
            <div className="flex flex-wrap items-baseline justify-between gap-x-4">
              <p className="min-w-0 font-medium break-all">{source === null && <span className="text-ink-faint">{problem.sourceId}: </span>}{problem.item}</p>
              <time dateTime={problem.lastAt} title={`First ${formatFull(problem.firstAt)}, last ${formatFull(problem.lastAt)}`} className="text-2xs text-ink-faint tabular-nums">{formatAgo(problem.lastAt, nowMs)}</time>
            </div>
            <p className="text-xs break-words text-ink-soft">{problem.reason}</p>
          </li>
        ))}
      </ul>
      {list.hasNextPage && <LoadMore isLoading={list.isFetchingNextPage} onMore={() => void list.fetchNextPage({ cancelRefetch: false })} />}
    </>
  );
}
