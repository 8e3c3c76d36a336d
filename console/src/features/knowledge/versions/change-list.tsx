import { useInfiniteQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import type { ChangeView } from "../../../../../src/shapes/knowledge.ts";
import { sayProblem } from "../../../lib/fetch-json.ts";
import { onListArrows, useListShortcuts } from "../../../lib/use-shortcuts.ts";
import { LoadingRows, Problem } from "../../../ui/feedback.tsx";
import { LoadMore } from "../../../ui/load-more.tsx";
import { StateBadge, type StateWords } from "../../../ui/state-badge.tsx";
import { changesQuery } from "../knowledge-queries.ts";
import { sayCounts } from "../knowledge-words.ts";

const KINDS: Record<ChangeView["change"], StateWords> = {
  added: { words: "Added", sign: "+", tone: "good" },
  removed: { words: "Removed", sign: "−", tone: "bad" },
  changed: { words: "Changed", sign: "~", tone: "warn" },
};

/** The documents that differ between two versions; each opens to its texts. */
export function ChangeList({ from, to }: { from: string; to: string }) {
  const list = useInfiniteQuery(changesQuery(from, to));
  const box = useListShortcuts<HTMLUListElement>();
  if (list.isPending) return <LoadingRows count={4} label="Comparing" className="h-10" />;
  if (list.isError) return <Problem text={sayProblem(list.error)} onRetry={() => void list.refetch()} />;
  const counts = list.data.pages[0]?.counts;
  const changes = list.data.pages.flatMap((page) => page.items);
  return (
    <section aria-labelledby="changes">
      {counts !== undefined && <h2 id="changes" role="status" className="mb-2 text-sm font-semibold">From version {counts.from} to {counts.to}: {sayCounts({ ...counts, failed: 0 })}</h2>}
      {changes.length > 0 && (
        <ul ref={box} onKeyDown={onListArrows} aria-label="What changed" className="overflow-hidden rounded-xl border border-line bg-surface">
          {changes.map((change) => (
            <li key={change.id} className="relative grid grid-cols-[5.5rem_minmax(0,1fr)] items-baseline gap-3 border-b border-line px-3.5 py-2 last:border-b-0 hover:bg-sunken/60">
              <span><StateBadge state={KINDS[change.change]} /></span>
              <div className="min-w-0">
                <Link to="/knowledge" search={{ tab: "versions", from, to, document: change.id }} data-list-item className="font-medium break-words after:absolute after:inset-0 focus-visible:outline-none focus-visible:after:outline-2 focus-visible:after:outline-offset-[-2px] focus-visible:after:outline-accent-ink">{change.title}</Link>
                <p className="font-mono text-2xs break-all text-ink-faint">{change.path}</p>
              </div>
            </li>
          ))}
        </ul>
      )}
      {list.hasNextPage && <LoadMore isLoading={list.isFetchingNextPage} onMore={() => void list.fetchNextPage({ cancelRefetch: false })} />}
    </section>
  );
}
