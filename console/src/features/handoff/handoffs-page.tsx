import { useInfiniteQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { sayProblem } from "../../lib/fetch-json.ts";
import { useNow } from "../../lib/use-now.ts";
import { usePageTitle } from "../../lib/use-page-title.ts";
import { onListArrows, useListShortcuts } from "../../lib/use-shortcuts.ts";
import { EmptyState, LoadingRows, Problem } from "../../ui/feedback.tsx";
import { CheckIcon } from "../../ui/icons.tsx";
import { LoadMore } from "../../ui/load-more.tsx";
import { PageFrame } from "../../ui/page-frame.tsx";
import { handoffsQuery } from "./handoff-queries.ts";
import { HandoffRow } from "./handoff-row.tsx";

/** Who waits for a person, longest first, and whom people talk to now. */
export function HandoffsPage() {
  const box = useListShortcuts<HTMLDivElement>();
  usePageTitle("Handoffs");
  return (
    <PageFrame title="Handoffs" note="Conversations that need a person, the longest wait first.">
      <div ref={box} onKeyDown={onListArrows} className="flex flex-col gap-8">
        <HandoffList status="waiting" title="Waiting" empty={<EmptyState icon={<CheckIcon />} title="Nobody is waiting">New handoffs appear here by themselves.</EmptyState>} />
        <HandoffList status="held" title="With a person" empty={<p className="px-1 text-ink-faint">No conversation is held by a person.</p>} />
      </div>
    </PageFrame>
  );
}

function HandoffList({ status, title, empty }: { status: "waiting" | "held"; title: string; empty: ReactNode }) {
  const list = useInfiniteQuery(handoffsQuery(status));
  const nowMs = useNow(1000);
  const handoffs = list.data?.pages.flatMap((page) => page.items) ?? [];
  return (
    <section aria-labelledby={`handoffs-${status}`}>
      <h2 id={`handoffs-${status}`} className="mb-2 flex items-baseline gap-2 text-sm font-semibold">
        {title}
        {list.isSuccess && <span className="font-normal text-ink-faint tabular-nums">{handoffs.length}{list.hasNextPage ? "+" : ""}</span>}
      </h2>
      {list.isPending && <LoadingRows count={3} label={`Loading: ${title}`} className="h-20" />}
      {list.isError && <Problem text={sayProblem(list.error)} onRetry={() => void list.refetch()} />}
      {list.isSuccess && handoffs.length === 0 && empty}
      {handoffs.length > 0 && (
        <ul className="overflow-hidden rounded-xl border border-line bg-surface">
          {handoffs.map((handoff) => <HandoffRow key={handoff.id} handoff={handoff} nowMs={nowMs} />)}
        </ul>
      )}
      {list.hasNextPage && <LoadMore isLoading={list.isFetchingNextPage} onMore={() => void list.fetchNextPage({ cancelRefetch: false })} />}
    </section>
  );
}
