import { useInfiniteQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import type { SyncView } from "../../../../../src/shapes/knowledge.ts";
import { sayProblem } from "../../../lib/fetch-json.ts";
import { formatFull, formatWait } from "../../../lib/format.ts";
import { LoadingRows, Problem } from "../../../ui/feedback.tsx";
import { LoadMore } from "../../../ui/load-more.tsx";
import { StateBadge } from "../../../ui/state-badge.tsx";
import { Actor } from "../../identity/actor.tsx";
import { useSession } from "../../identity/session.ts";
import { syncsQuery } from "../knowledge-queries.ts";
import { sayCounts, saySync } from "../knowledge-words.ts";

/** The syncs of a source, newest first, each with what it changed. */
export function SyncList({ source }: { source: string }) {
  const list = useInfiniteQuery(syncsQuery(source));
  if (list.isPending) return <LoadingRows count={3} label="Loading the syncs" className="h-10" />;
  if (list.isError) return <Problem text={sayProblem(list.error)} onRetry={() => void list.refetch()} />;
  const syncs = list.data.pages.flatMap((page) => page.items);
  if (syncs.length === 0) return <p className="text-xs text-ink-faint">It was never synced.</p>;
  return (
    <>
      <ol aria-label="Syncs" className="overflow-hidden rounded-xl border border-line bg-surface">{syncs.map((sync) => <SyncRow key={sync.id} sync={sync} />)}</ol>
      {list.hasNextPage && <LoadMore isLoading={list.isFetchingNextPage} onMore={() => void list.fetchNextPage({ cancelRefetch: false })} />}
    </>
  );
}

function SyncRow({ sync }: { sync: SyncView }) {
  const mayManage = useSession()?.user.role === "admin";
  const { versionBefore: from, versionAfter: to } = sync;
  return (
    <li className="grid grid-cols-1 gap-x-4 gap-y-1 border-b border-line px-4 py-2.5 last:border-b-0 sm:grid-cols-[7.5rem_minmax(0,1fr)_auto] sm:items-baseline">
      <span><StateBadge state={saySync(sync)} /></span>
      <div className="min-w-0">
        <p>{sayCounts(sync)}{sync.unchanged > 0 && <span className="text-ink-faint">, {sync.unchanged.toLocaleString("en")} unchanged</span>}</p>
        {sync.error !== null && <p className="text-xs break-words text-ink-soft">{sync.error}</p>}
        {mayManage && from !== null && to !== null && to > from && <Link to="/knowledge" search={{ tab: "versions", from: String(from), to: String(to) }} className="text-xs text-accent-ink underline underline-offset-2">What changed</Link>}
      </div>
      <p className="text-xs text-ink-faint sm:text-right"><time dateTime={sync.createdAt}>{formatFull(sync.createdAt)}</time>{sync.endedAt !== null && `, ${formatWait(sync.createdAt, Date.parse(sync.endedAt))}`}<br />by <Actor id={sync.startedBy} /></p>
    </li>
  );
}
