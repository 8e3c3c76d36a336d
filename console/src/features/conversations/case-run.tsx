import { Link } from "@tanstack/react-router";
import type { RunSummary } from "../../../../src/shapes/workflow.ts";
import { formatFull, sayCode } from "../../lib/format.ts";
import { StateBadge } from "../../ui/state-badge.tsx";
import { sayRunTime, sayWait, taskNameAt } from "../workflows/runs/run-words.ts";
import { isOpenRun } from "../workflows/workflow-queries.ts";
import { RUN_STATUSES, sayErrorType } from "../workflows/workflow-words.ts";

/** A run beside its case: how it stands, and what it waits for, where it is or why it failed. */
export function CaseRun({ run, nowMs }: { run: RunSummary; nowMs: number }) {
  const isWaiting = isOpenRun(run.status) && run.waitsFor !== null;
  return (
    <li className="relative rounded-lg border border-line px-2.5 py-1.5 hover:bg-sunken/60">
      <div className="flex items-center justify-between gap-2">
        <Link to="/runs/$runId" params={{ runId: run.id }} title={formatFull(run.startedAt)} className="min-w-0 truncate font-medium after:absolute after:inset-0 after:rounded-lg focus-visible:outline-none focus-visible:after:outline-2 focus-visible:after:outline-accent-ink">{sayCode(run.workflow.name)}</Link>
        <StateBadge state={RUN_STATUSES[isWaiting ? "waiting" : run.status]} />
      </div>
      <p className="flex justify-between gap-3 text-xs text-ink-faint">
        <span className="min-w-0 break-words first-letter:uppercase">{sayStanding(run)}</span>
        <span className="shrink-0 tabular-nums">{sayRunTime(run, nowMs)}</span>
      </p>
    </li>
  );
}

function sayStanding(run: RunSummary): string {
  const wait = sayWait(run);
  if (wait !== null) return `waits for ${wait}`;
  const at = run.pointer === null ? null : `at “${sayCode(taskNameAt(run.pointer))}”`;
  if (run.error !== null) return [run.error.title === "" ? sayErrorType(run.error.type) : run.error.title, at].filter((part) => part !== null).join(", ");
  return isOpenRun(run.status) && at !== null ? at : `version ${run.workflow.version}`;
}
