import { useInfiniteQuery, useMutation } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import type { FormEvent } from "react";
import { sayProblem } from "../../lib/fetch-json.ts";
import { formatCount } from "../../lib/format.ts";
import { usePageTitle } from "../../lib/use-page-title.ts";
import { onListArrows, useListShortcuts } from "../../lib/use-shortcuts.ts";
import { Button } from "../../ui/button.tsx";
import { EmptyState, LoadingRows, Problem } from "../../ui/feedback.tsx";
import { LedgerIcon, SearchIcon, VerifiedIcon } from "../../ui/icons.tsx";
import { LoadMore } from "../../ui/load-more.tsx";
import { PageFrame } from "../../ui/page-frame.tsx";
import { ledgerQuery, verifyChain, type ChainCheck } from "./ledger.ts";
import { LedgerRow } from "./ledger-row.tsx";

/** Everything that was decided and done, each entry sealed by the hash of the one before. */
export function LedgerPage({ caseId }: { caseId: string | null }) {
  const list = useInfiniteQuery(ledgerQuery(caseId));
  const check = useMutation({ mutationFn: verifyChain });
  const box = useListShortcuts<HTMLUListElement>();
  usePageTitle("Ledger");
  const entries = list.data?.pages.flatMap((page) => page.items) ?? [];

  return (
    <PageFrame
      title="Ledger"
      note="What was decided and done, and by whom. Each entry seals the one before."
      actions={<Button isBusy={check.isPending} onClick={() => check.mutate()}><VerifiedIcon />{check.isPending ? "Verifying…" : "Verify chain"}</Button>}
    >
      <div role="status">{check.isSuccess && <ChainResult check={check.data} />}</div>
      {check.isError && <Problem text={sayProblem(check.error)} />}
      <CaseFilter key={caseId} caseId={caseId} />
      {list.isPending && <LoadingRows count={8} label="Loading the ledger" className="h-9" />}
      {list.isError && <Problem text={sayProblem(list.error)} onRetry={() => void list.refetch()} />}
      {list.isSuccess && entries.length === 0 && (
        <EmptyState icon={<LedgerIcon />} title={caseId === null ? "The ledger is empty" : "No entries for this case"}>
          {caseId === null ? "The first message writes the first entry." : "Check the case id."}
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

function ChainResult({ check }: { check: ChainCheck }) {
  if (check.ok) {
    return <p className="mb-4 rounded-lg bg-good-soft px-3.5 py-2.5 text-good">The chain is whole: {formatCount(check.checked, "entry", "entries")} checked, no problem found.</p>;
  }
  return (
    <div className="mb-4 rounded-lg bg-bad-soft px-3.5 py-2.5 text-bad">
      <p className="font-medium">The chain is broken: {formatCount(check.problems.length, "problem", "problems")} in {formatCount(check.checked, "entry", "entries")}.</p>
      <ul className="mt-1 list-disc pl-5">{check.problems.map((problem) => <li key={problem} className="break-words">{problem}</li>)}</ul>
    </div>
  );
}

function CaseFilter({ caseId }: { caseId: string | null }) {
  const navigate = useNavigate();
  const show = (wanted: string): void => void navigate({ to: "/ledger", search: wanted === "" ? {} : { caseId: wanted } });
  const submit = (event: FormEvent<HTMLFormElement>): void => {
    event.preventDefault();
    show(String(new FormData(event.currentTarget).get("caseId") ?? "").trim());
  };
  return (
    <form onSubmit={submit} className="relative mb-3 flex max-w-sm items-center gap-2">
      <SearchIcon className="pointer-events-none absolute left-2.5 size-3.5 text-ink-faint" />
      <input type="search" name="caseId" aria-label="Show one case" placeholder="Case id" defaultValue={caseId ?? ""} className="h-9 min-w-0 flex-1 rounded-lg border border-line bg-surface pr-2 pl-8 text-base md:h-8 md:text-sm" />
      {caseId !== null && <Button tone="quiet" onClick={() => show("")}>Show all</Button>}
    </form>
  );
}
