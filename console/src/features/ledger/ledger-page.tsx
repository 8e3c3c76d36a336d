import { useInfiniteQuery, useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { sayProblem } from "../../lib/fetch-json.ts";
import { formatCount } from "../../lib/format.ts";
import { usePageTitle } from "../../lib/use-page-title.ts";
import { onListArrows, useListShortcuts } from "../../lib/use-shortcuts.ts";
import { Button } from "../../ui/button.tsx";
import { EmptyState, LoadingRows, Problem } from "../../ui/feedback.tsx";
import { LedgerIcon, VerifiedIcon } from "../../ui/icons.tsx";
import { LoadMore } from "../../ui/load-more.tsx";
import { PageFrame } from "../../ui/page-frame.tsx";
import { ChainResult } from "./chain-result.tsx";
import { LedgerFilters } from "./ledger-filters.tsx";
import { ledgerQuery, verifyChain, type LedgerSearch } from "./ledger.ts";
import { LedgerRow } from "./ledger-row.tsx";

/** Everything that was decided and done, each entry sealed by the hash of the one before. */
export function LedgerPage({ search }: { search: LedgerSearch }) {
  const list = useInfiniteQuery(ledgerQuery(search));
  const [checked, setChecked] = useState(0);
  const check = useMutation({ mutationFn: () => verifyChain(setChecked), onMutate: () => setChecked(0) });
  const box = useListShortcuts<HTMLUListElement>();
  usePageTitle("Ledger");
  const entries = list.data?.pages.flatMap((page) => page.items) ?? [];
  const isNarrowed = Object.keys(search).length > 0;

  return (
    <PageFrame
      title="Ledger"
      note="What was decided and done, and by whom. Each entry seals the one before."
      actions={<Button isBusy={check.isPending} onClick={() => check.mutate()}><VerifiedIcon />{check.isPending ? "Verifying…" : "Verify chain"}</Button>}
    >
      <div role="status">
        {check.isPending && <p className="mb-4 rounded-lg bg-sunken px-3.5 py-2.5 text-ink-soft tabular-nums">{formatCount(checked, "entry", "entries")} checked so far…</p>}
        {check.isSuccess && <ChainResult verdict={check.data} />}
      </div>
      {check.isError && <Problem text={sayProblem(check.error)} />}
      <LedgerFilters key={JSON.stringify(search)} search={search} />
      {list.isPending && <LoadingRows count={8} label="Loading the ledger" className="h-9" />}
      {list.isError && <Problem text={sayProblem(list.error)} onRetry={() => void list.refetch()} />}
      {list.isSuccess && entries.length === 0 && (
        <EmptyState icon={<LedgerIcon />} title={isNarrowed ? "No such entries" : "The ledger is empty"}>
          {isNarrowed ? "Ask for less at once, or check the case id." : "The first message writes the first entry."}
        </EmptyState>
      )}
      {entries.length > 0 && (
        <ul ref={box} onKeyDown={onListArrows} aria-label="Ledger entries" className="overflow-hidden rounded-xl border border-line bg-surface">
          {entries.map((entry) => <LedgerRow key={entry.id} entry={entry} />)}
        </ul>
      )}
      {list.hasNextPage && <LoadMore isLoading={list.isFetchingNextPage} onMore={() => void list.fetchNextPage({ cancelRefetch: false })} />}
    </PageFrame>
  );
}
