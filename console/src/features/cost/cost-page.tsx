import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState, type ReactNode } from "react";
import type { CostView } from "../../../../src/shapes/cost.ts";
import { sayProblem } from "../../lib/fetch-json.ts";
import { formatCount } from "../../lib/format.ts";
import { usePageTitle } from "../../lib/use-page-title.ts";
import { ChoiceFilter } from "../../ui/choice-filter.tsx";
import { EmptyState, LoadingRows, Problem } from "../../ui/feedback.tsx";
import { CostIcon } from "../../ui/icons.tsx";
import { WidePage } from "../../ui/wide-page.tsx";
import { BudgetList } from "./budget-list.tsx";
import { costQuery, SPANS, type Span } from "./cost-query.ts";
import { sayCalls, sayChange, sayDoubts, sayModel, sayPurpose, sayUsd } from "./cost-words.ts";
import { SpendChart } from "./spend-chart.tsx";

type Grouping = "model" | "purpose";

/** What the AI models cost, who spent it, and how the budgets stand. */
export function CostPage() {
  const [span, setSpan] = useState<Span>(30);
  const costs = useQuery(costQuery(span));
  usePageTitle("Cost");
  const spans = SPANS.map((days) => ({ value: String(days), label: `${days} days` }));
  return (
    <WidePage title="Cost" note="What the AI models have cost, and how much the budgets leave. A call is reserved before it is sent and settled when it ends."
      actions={<><Link to="/routes" className="text-xs text-accent-ink underline-offset-2 hover:underline">Routes: which model answers what</Link><ChoiceFilter legend="How far to look back" name="span" choices={spans} chosen={String(span)} onChoose={(value) => setSpan(SPANS.find((days) => String(days) === value) ?? 30)} /></>}>
      <div className="h-full overflow-y-auto px-4 py-5 md:px-6">
        {costs.isPending && <LoadingRows count={4} label="Loading what was spent" className="h-24" />}
        {costs.isError && <Problem text={sayProblem(costs.error)} onRetry={() => void costs.refetch()} />}
        {costs.isSuccess && <Costs costs={costs.data} span={span} />}
      </div>
    </WidePage>
  );
}

function Costs({ costs, span }: { costs: CostView; span: Span }) {
  const doubts = sayDoubts(costs.total);
  const budgets = <Card title="Budgets"><BudgetList budgets={costs.budgets} /></Card>;
  if (costs.total.calls === 0 && costs.total.unreportedMicroUsd === 0) {
    return (
      <div className="mx-auto flex max-w-3xl flex-col gap-4">
        <EmptyState icon={<CostIcon />} title={`No model was called in the last ${span} days`}><p>What is spent stands here as soon as an AI model answers. The built-in answerer costs nothing.</p></EmptyState>
        {costs.budgets.length > 0 && budgets}
      </div>
    );
  }
  return (
    <div className="grid gap-4 wide:grid-cols-[minmax(0,3fr)_minmax(20rem,2fr)]">
      <div className="flex min-w-0 flex-col gap-4">
        <Figures costs={costs} span={span} />
        <Spend costs={costs} />
        {doubts !== null && <p className="rounded-lg bg-warn-soft px-3 py-2 text-xs text-warn">{doubts}</p>}
      </div>
      <div className="flex min-w-0 flex-col gap-4">
        {budgets}
        <Card title="Dearest conversations"><Dearest conversations={costs.conversations} /></Card>
      </div>
    </div>
  );
}

function Figures({ costs: { total, before }, span }: { costs: CostView; span: Span }) {
  const change = sayChange(total.microUsd, before.microUsd, span);
  const figures: [string, string, string | null][] = [
    ["Spent", sayUsd(total.microUsd), change],
    ["Calls", total.calls.toLocaleString("en"), sayCalls(total)],
    ["A conversation", total.perConversationMicroUsd === null ? "–" : sayUsd(total.perConversationMicroUsd), formatCount(total.conversations, "conversation", "conversations")],
    ["A resolved case", total.perResolutionMicroUsd === null ? "–" : sayUsd(total.perResolutionMicroUsd), formatCount(total.resolvedCases, "case resolved", "cases resolved")],
  ];
  return (
    <dl className="grid grid-cols-2 gap-3 lg:grid-cols-4">
      {figures.map(([name, value, note]) => (
        <div key={name} className="min-w-0 rounded-xl border border-line bg-surface px-4 py-3">
          <dt className="text-xs text-ink-faint">{name}</dt>
          <dd className="mt-0.5 text-lg font-semibold tracking-tight tabular-nums">{value}</dd>
          {note !== null && <dd className="text-2xs text-ink-faint">{note}</dd>}
        </div>
      ))}
    </dl>
  );
}

function Spend({ costs }: { costs: CostView }) {
  const [by, setBy] = useState<Grouping>("model");
  const choices = [{ value: "model", label: "By model" }, { value: "purpose", label: "By purpose" }] as const;
  return (
    <Card title="Spent each day" actions={<ChoiceFilter<Grouping> legend="What the colours stand for" name="grouping" choices={choices} chosen={by} onChoose={(value) => setBy(value ?? "model")} />}>
      <SpendChart days={costs.days} series={by === "model" ? costs.byModel : costs.byPurpose} say={by === "model" ? sayModel : sayPurpose} />
    </Card>
  );
}

function Dearest({ conversations }: { conversations: CostView["conversations"] }) {
  if (conversations.length === 0) return <p className="text-ink-faint">No conversation has cost anything yet.</p>;
  return (
    <ol className="flex flex-col divide-y divide-line">
      {conversations.map(({ name, contact, microUsd, calls }) => (
        <li key={name} className="flex items-baseline justify-between gap-3 py-2 first:pt-0 last:pb-0">
          <Link to="/conversations/$conversationId" params={{ conversationId: name }} className="min-w-0 truncate text-accent-ink underline-offset-2 hover:underline">{contact ?? "A visitor"}</Link>
          <span className="shrink-0 text-xs text-ink-soft tabular-nums">{formatCount(calls, "call", "calls")}, <span className="font-medium text-ink">{sayUsd(microUsd)}</span></span>
        </li>
      ))}
    </ol>
  );
}

function Card({ title, actions, children }: { title: string; actions?: ReactNode; children: ReactNode }) {
  return (
    <section className="rounded-xl border border-line bg-surface px-4 py-4">
      <div className="mb-3 flex flex-wrap items-center justify-between gap-2"><h2 className="font-medium">{title}</h2>{actions}</div>
      {children}
    </section>
  );
}
