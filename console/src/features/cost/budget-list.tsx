import type { BudgetView } from "../../../../src/shapes/cost.ts";
import { formatCount, formatFull } from "../../lib/format.ts";
import { StateBadge } from "../../ui/state-badge.tsx";
import { sayScope, sayState, sayThen, sayUsd } from "./cost-words.ts";

/** Every budget with a bar: what is spent, what was never reported, what open calls have reserved, and where its soft limit lies. */
export function BudgetList({ budgets }: { budgets: readonly BudgetView[] }) {
  if (budgets.length === 0) {
    return <p className="text-ink-faint">No budget is set: nothing limits what the models may cost. Write <code className="rounded bg-sunken px-1 py-0.5 font-mono text-2xs text-ink-soft">budgets:</code> in <code className="rounded bg-sunken px-1 py-0.5 font-mono text-2xs text-ink-soft">models.yaml</code> of your workspace.</p>;
  }
  return <ul className="flex flex-col divide-y divide-line">{budgets.map((budget) => <BudgetLine key={`${budget.budget} ${budget.subject ?? ""}`} budget={budget} />)}</ul>;
}

function BudgetLine({ budget }: { budget: BudgetView }) {
  const { spentMicroUsd, heldMicroUsd, unreportedMicroUsd, hardMicroUsd, softMicroUsd, refusals } = budget;
  const at = (microUsd: number) => (hardMicroUsd === 0 ? 100 : Math.min(100, (100 * microUsd) / hardMicroUsd));
  const state = sayState(budget);
  const ink = budget.state === "over" ? "text-bad" : budget.state === "warned" ? "text-warn" : "text-good";
  return (
    <li className="py-3 first:pt-0 last:pb-0">
      <div className="flex flex-wrap items-baseline justify-between gap-x-3 gap-y-1">
        <p className="min-w-0 break-words"><span className="font-medium">{budget.budget}</span>{budget.subject !== null && <span className="ml-1.5 font-mono text-2xs break-all text-ink-soft">{budget.subject}</span>}</p>
        <StateBadge state={state} />
      </div>
      <svg aria-hidden="true" viewBox="0 0 100 8" preserveAspectRatio="none" className={`mt-1.5 h-2 w-full overflow-hidden rounded-full ${ink}`}>
        <rect width="100" height="8" className="fill-sunken" />
        <rect width={at(spentMicroUsd + unreportedMicroUsd + heldMicroUsd)} height="8" fill="currentColor" opacity="0.35" />
        <rect width={at(spentMicroUsd + unreportedMicroUsd)} height="8" fill="currentColor" opacity="0.5" />
        <rect width={at(spentMicroUsd)} height="8" fill="currentColor" />
        {softMicroUsd !== null && <rect x={Math.max(0, at(softMicroUsd) - 0.3)} width="0.6" height="8" className="fill-ink-faint" />}
      </svg>
      <p className="mt-1 text-xs text-ink-soft tabular-nums">
        {sayUsd(spentMicroUsd)} of {sayUsd(hardMicroUsd)} {sayScope(budget)}{heldMicroUsd > 0 ? `, ${sayUsd(heldMicroUsd)} reserved by open calls` : ""}{unreportedMicroUsd > 0 ? `, ${sayUsd(unreportedMicroUsd)} unreported (an estimate, counts as spent)` : ""}{refusals > 0 ? `, ${formatCount(refusals, "call", "calls")} refused` : ""}
      </p>
      <p className="mt-0.5 text-xs text-ink-faint">{sayThen(budget)} Begins anew <time dateTime={budget.until}>{formatFull(budget.until)}</time>.</p>
    </li>
  );
}
