import { useMutation } from "@tanstack/react-query";
import { sayProblem } from "../../../lib/fetch-json.ts";
import { testSearch } from "../knowledge-queries.ts";
import { SearchForm } from "./search-form.tsx";
import { SearchResult } from "./search-result.tsx";

/** What somebody would find, and why. */
export function SearchTab() {
  const searching = useMutation({ mutationFn: testSearch });
  return (
    <div className="h-full overflow-y-auto px-4 py-5 md:px-6">
      <div className="mx-auto grid max-w-7xl gap-5 lg:grid-cols-[22rem_minmax(0,1fr)] lg:items-start">
        <SearchForm isBusy={searching.isPending} onAsk={(question) => searching.mutate(question)} />
        <div className="min-w-0" aria-busy={searching.isPending}>
          {searching.isError && <p role="alert" className="rounded-lg bg-bad-soft px-3 py-2 break-words text-bad">{sayProblem(searching.error)}</p>}
          {searching.isIdle && <p className="px-1 py-6 text-ink-faint">Ask as a visitor, a customer or a colleague would. You see what is found for them, where each passage stood in every step, and what would be decided on it.</p>}
          {searching.data !== undefined && <SearchResult found={searching.data} />}
        </div>
      </div>
    </div>
  );
}
