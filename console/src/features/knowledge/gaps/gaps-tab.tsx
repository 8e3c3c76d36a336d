import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import type { HealthView } from "../../../../../src/shapes/knowledge-upkeep.ts";
import { sayProblem } from "../../../lib/fetch-json.ts";
import { formatAgo, formatCount } from "../../../lib/format.ts";
import { useNow } from "../../../lib/use-now.ts";
import { Button } from "../../../ui/button.tsx";
import { ChoiceFilter } from "../../../ui/choice-filter.tsx";
import { FindingList } from "./finding-list.tsx";
import { GapList } from "./gap-list.tsx";
import { healthQuery, lookThrough } from "./gap-queries.ts";

type View = "gaps" | "contradiction" | "outdated" | "unused" | "corrected";

/** What people asked in vain, and what to look at in the articles there are. */
export function GapsTab() {
  const [view, setView] = useState<View>("gaps");
  const [isDecided, setIsDecided] = useState(false);
  const health = useQuery(healthQuery);
  const queryClient = useQueryClient();
  const lookedAt = health.data?.lastAt ?? null;
  // What a look has found is asked for once it has ended.
  useEffect(() => {
    if (lookedAt === null) return;
    for (const part of ["gaps", "findings"]) void queryClient.invalidateQueries({ queryKey: ["knowledge", "upkeep", part] });
  }, [lookedAt, queryClient]);
  const count = (words: string, number: number | undefined): string => (number === undefined ? words : `${words} (${number.toLocaleString("en")})`);
  const { gaps, findings } = health.data ?? {};
  return (
    <div className="h-full overflow-y-auto px-4 py-5 md:px-6">
      <div className="mx-auto max-w-4xl">
        <Health health={health.data} problem={health.isError ? sayProblem(health.error) : null} />
        <div className="mb-4 flex flex-wrap items-center justify-between gap-2">
          <ChoiceFilter<View>
            legend="What to look at" name="upkeep" className="flex-wrap" chosen={view} onChoose={(next) => setView(next ?? "gaps")}
            choices={[{ value: "gaps", label: count("Gaps", gaps?.open) }, { value: "contradiction", label: count("Contradictions", findings?.contradiction) }, { value: "outdated", label: count("Outdated", findings?.outdated) }, { value: "unused", label: count("Never used", findings?.unused) }, { value: "corrected", label: count("Corrected", findings?.corrected) }]}
          />
          <ChoiceFilter<"decided"> legend="Open or decided" name="decided" chosen={isDecided ? "decided" : null} onChoose={(next) => setIsDecided(next === "decided")} choices={[{ value: null, label: "Open" }, { value: "decided", label: "Decided" }]} />
        </div>
        {view === "gaps" ? <GapList key={String(isDecided)} isDecided={isDecided} /> : <FindingList key={`${view} ${isDecided}`} kind={view} status={isDecided ? "dismissed" : "open"} />}
      </div>
    </div>
  );
}

function Health({ health, problem }: { health: HealthView | undefined; problem: string | null }) {
  const nowMs = useNow(30_000);
  const queryClient = useQueryClient();
  const looking = useMutation({ mutationFn: lookThrough, onSuccess: (told) => queryClient.setQueryData(healthQuery.queryKey, told) });
  return (
    <div className="mb-4 flex flex-wrap items-center justify-between gap-3 text-xs text-ink-faint">
      <p className="min-w-0 flex-1 basis-60">
        {problem !== null && <span role="alert" className="text-bad">{problem}</span>}
        {health !== undefined && (health.state === "running" ? "Being looked through now." : health.lastAt === null ? "Not looked through yet." : `Last looked through: ${formatAgo(health.lastAt, nowMs)}.`)}
        {health !== undefined && health.gaps.open > 0 && ` ${formatCount(health.gaps.people, "person", "people")} asked in vain; ${formatCount(health.gaps.drafted, "article is", "articles are")} drafted.`}
        {health !== undefined && health.error !== null && <span role="alert" className="block text-bad">The last look failed: {health.error}</span>}
        {looking.isError && <span role="alert" className="block text-bad">{sayProblem(looking.error)}</span>}
      </p>
      <Button size="small" isBusy={looking.isPending} disabled={health?.state === "running"} onClick={() => looking.mutate()}>Look now</Button>
    </div>
  );
}
