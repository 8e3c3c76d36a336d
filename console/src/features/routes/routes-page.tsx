import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import type { RouterVersionView, RoutingView } from "../../../../src/shapes/routing.ts";
import { sayProblem } from "../../lib/fetch-json.ts";
import { formatCount, formatDate } from "../../lib/format.ts";
import { usePageTitle } from "../../lib/use-page-title.ts";
import { Badge } from "../../ui/badge.tsx";
import { Button } from "../../ui/button.tsx";
import { EmptyState, LoadingRows, Problem } from "../../ui/feedback.tsx";
import { CostIcon } from "../../ui/icons.tsx";
import { WidePage } from "../../ui/wide-page.tsx";
import { useSession } from "../identity/session.ts";
import { Grading } from "./grading.tsx";
import { RoutesChart } from "./routes-chart.tsx";
import { putToUse, routesQuery } from "./routes-query.ts";
import { RoutesTable } from "./routes-table.tsx";
import { sayOutcome } from "./routes-words.ts";

/** Which requests go to cheaper models, what that costs and how good it is, and which router is in use. */
export function RoutesPage() {
  const view = useQuery(routesQuery);
  usePageTitle("Routes");
  return (
    <WidePage back={<Link to="/cost" className="hover:underline">Cost</Link>} title="Routes" note="Which requests a cheaper model answers well enough, by what people and evaluations have graded. Rules of models.yaml go before it.">
      <div className="h-full overflow-y-auto px-4 py-5 md:px-6">
        {view.isPending && <LoadingRows count={3} label="Loading the routers" className="h-24" />}
        {view.isError && <Problem text={sayProblem(view.error)} onRetry={() => void view.refetch()} />}
        {view.isSuccess && <Routers view={view.data} />}
      </div>
    </WidePage>
  );
}

function Routers({ view }: { view: RoutingView }) {
  const [chosen, setChosen] = useState<number | null>(null);
  const shown = view.versions.find(({ number }) => number === (chosen ?? view.active)) ?? view.versions[0];
  const { grades, prompts, models } = view.grades;
  if (shown === undefined) {
    return (
      <div className="mx-auto flex max-w-6xl flex-col gap-4">
        <EmptyState icon={<CostIcon />} title="No router is trained yet">
          <p>{grades === 0 ? "Nothing is graded." : `${formatCount(grades, "grade", "grades")} of ${formatCount(models, "model", "models")} on ${formatCount(prompts, "prompt", "prompts")} are kept.`} Grade answers here, or bring grades in by <code>baton routes grade import FILE</code>; then <code>baton routes train</code>. Until then the default route of models.yaml answers.</p>
        </EmptyState>
        <Grading />
      </div>
    );
  }
  return (
    <div className="mx-auto flex max-w-6xl flex-col gap-4">
      {view.stale !== null && <p role="alert" className="rounded-lg bg-warn-soft px-3 py-2 text-warn">{view.stale} Until then the default route answers.</p>}
      <section className="rounded-xl border border-line bg-surface px-4 py-4">
        <h2 className="font-medium">Router {shown.number}</h2>
        <p className="mt-1 mb-3 max-w-3xl text-ink-soft">{sayOutcome(shown.report)}</p>
        <RoutesChart report={shown.report} />
      </section>
      <section className="rounded-xl border border-line bg-surface px-4 py-4"><RoutesTable report={shown.report} /></section>
      <Versions view={view} shown={shown} onShow={setChosen} />
      <Grading />
    </div>
  );
}

function Versions({ view, shown, onShow }: { view: RoutingView; shown: RouterVersionView; onShow(number: number): void }) {
  const queryClient = useQueryClient();
  const using = useMutation({ mutationFn: putToUse, onSuccess: (now) => queryClient.setQueryData(routesQuery.queryKey, now) });
  const mayUse = useSession()?.user.role === "admin";
  return (
    <section aria-label="Routers" className="rounded-xl border border-line bg-surface">
      {using.error !== null && <p role="alert" className="m-3 rounded-lg bg-bad-soft px-3 py-2 text-bad">{sayProblem(using.error)}</p>}
      <ul className="divide-y divide-line">
        {view.versions.map(({ number, isActive, cases, by, at }) => (
          <li key={number} className="flex flex-wrap items-center gap-x-3 gap-y-1 px-4 py-2">
            <span className="min-w-0 flex-1 basis-60">Router {number} <span className="text-xs text-ink-faint">trained on {formatCount(cases, "prompt", "prompts")} by {by}, {formatDate(at)}</span></span>
            {isActive && <Badge tone="good">In use</Badge>}
            {number !== shown.number && <Button size="small" tone="quiet" onClick={() => onShow(number)} aria-label={`Show router ${number}`}>Show</Button>}
            {mayUse && !isActive && <Button size="small" isBusy={using.isPending} onClick={() => using.mutate(number)} aria-label={`Use router ${number}`}>Use</Button>}
            {mayUse && isActive && <Button size="small" tone="danger" isBusy={using.isPending} onClick={() => using.mutate(null)}>Stop using</Button>}
          </li>
        ))}
      </ul>
    </section>
  );
}
