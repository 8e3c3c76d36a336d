import { Link } from "@tanstack/react-router";
import type { RunSummary } from "../../../../../src/shapes/workflow.ts";
import { formatFull, sayCode } from "../../../lib/format.ts";
import { StateBadge } from "../../../ui/state-badge.tsx";
import { useActorWords } from "../use-actor-words.ts";
import { RUN_STATUSES, sayErrorType } from "../workflow-words.ts";
import { sayRunTime, taskNameAt } from "./run-words.ts";

/** One run as a line: what began it, how it stands, where it stands, how long it took. */
export function RunRow({ run, nowMs, isNamed = false }: { run: RunSummary; nowMs: number; /** Says which workflow it is of. */ isNamed?: boolean }) {
  const sayActor = useActorWords();
  return (
    <li className="relative grid grid-cols-[6.5rem_minmax(0,1fr)_auto] items-center gap-x-4 gap-y-1 border-b border-line px-4 py-2.5 last:border-b-0 hover:bg-sunken/60">
      <span><StateBadge state={RUN_STATUSES[run.status]} /></span>
      <div className="min-w-0">
        <Link to="/runs/$runId" params={{ runId: run.id }} data-list-item className="font-medium after:absolute after:inset-0 focus-visible:outline-none focus-visible:after:outline-2 focus-visible:after:outline-offset-[-2px] focus-visible:after:outline-accent-ink">
          {isNamed ? sayCode(run.workflow.name) : formatFull(run.startedAt)}
        </Link>
        <p className="truncate text-xs text-ink-faint">{isNamed ? formatFull(run.startedAt) : `Started by ${sayActor(run.startedBy)}`} · version {run.workflow.version}{sayPlace(run)}</p>
      </div>
      <span className="text-right text-xs text-ink-soft tabular-nums">{sayRunTime(run, nowMs)}</span>
    </li>
  );
}

function sayPlace({ status, pointer, error }: RunSummary): string {
  if (error !== null) return ` · ${pointer === null ? "" : `at “${sayCode(taskNameAt(pointer))}”: `}${error.title === "" ? sayErrorType(error.type) : error.title}`;
  return pointer === null || status === "completed" ? "" : ` · at “${sayCode(taskNameAt(pointer))}”`;
}
