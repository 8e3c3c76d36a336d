import { useInfiniteQuery } from "@tanstack/react-query";
import { useState } from "react";
import type { GapView } from "../../../../../src/shapes/knowledge-upkeep.ts";
import { sayProblem } from "../../../lib/fetch-json.ts";
import { formatAgo, formatCount, formatFull } from "../../../lib/format.ts";
import { useNow } from "../../../lib/use-now.ts";
import { onListArrows, useListShortcuts } from "../../../lib/use-shortcuts.ts";
import { Badge } from "../../../ui/badge.tsx";
import { EmptyState, LoadingRows, Problem } from "../../../ui/feedback.tsx";
import { KnowledgeIcon } from "../../../ui/icons.tsx";
import { LoadMore } from "../../../ui/load-more.tsx";
import { gapsQuery } from "./gap-queries.ts";
import { GapSheet } from "./gap-sheet.tsx";

/** Questions without an answer, grouped by meaning; those most people asked first. */
export function GapList({ isDecided }: { isDecided: boolean }) {
  return isDecided ? <><Group status="published" title="Published" /><Group status="dismissed" title="Dismissed" /></> : <Group status="open" title="Open gaps" />;
}

function Group({ status, title }: { status: GapView["status"]; title: string }) {
  const list = useInfiniteQuery(gapsQuery(status));
  const [opened, setOpened] = useState<string | null>(null);
  const box = useListShortcuts<HTMLUListElement>();
  const nowMs = useNow(60_000);
  const gaps = list.data?.pages.flatMap((page) => page.items) ?? [];
  return (
    <section aria-label={title} className="mb-5">
      {status !== "open" && <h2 className="mb-2 text-sm font-semibold">{title}</h2>}
      {list.isPending && <LoadingRows count={3} label="Loading the gaps" className="h-14" />}
      {list.isError && <Problem text={sayProblem(list.error)} onRetry={() => void list.refetch()} />}
      {list.isSuccess && gaps.length === 0 && (status === "open" ? <EmptyState icon={<KnowledgeIcon />} title="No gaps">Questions that are not answered, or handed off, are gathered here.</EmptyState> : <p className="text-xs text-ink-faint">None.</p>)}
      {gaps.length > 0 && (
        <ul ref={box} onKeyDown={onListArrows} aria-label={title} className="overflow-hidden rounded-xl border border-line bg-surface">
          {gaps.map((gap) => (
            <li key={gap.id} className="relative border-b border-line px-4 py-3 last:border-b-0 hover:bg-sunken/60">
              <button type="button" data-list-item onClick={() => setOpened(gap.id)} className="text-left font-medium break-words after:absolute after:inset-0 focus-visible:outline-none focus-visible:after:outline-2 focus-visible:after:outline-offset-[-2px] focus-visible:after:outline-accent-ink">{gap.subject}</button>
              <p className="mt-0.5 flex flex-wrap items-center gap-x-3 gap-y-1 text-xs text-ink-faint">
                <span>{formatCount(gap.people, "person", "people")} asked, {formatCount(gap.questions, "question", "questions")}</span>
                <time dateTime={gap.lastAt} title={formatFull(gap.lastAt)}>last {formatAgo(gap.lastAt, nowMs)}</time>
                {gap.draft !== null && gap.status === "open" && <Badge tone="good">Drafted</Badge>}
                {gap.askedSince > 0 && gap.status !== "open" && <Badge tone="warn">! asked {gap.askedSince} times since</Badge>}
              </p>
            </li>
          ))}
        </ul>
      )}
      {list.hasNextPage && <LoadMore isLoading={list.isFetchingNextPage} onMore={() => void list.fetchNextPage({ cancelRefetch: false })} />}
      {opened !== null && <GapSheet id={opened} onClose={() => setOpened(null)} />}
    </section>
  );
}
