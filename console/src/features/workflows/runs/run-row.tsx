import { Link } from "@tanstack/react-router";
import type { RunSummary } from "../../../../../src/shapes/workflow.ts";
import { formatFull, sayCode } from "../../../lib/format.ts";
import { StateBadge } from "../../../ui/state-badge.tsx";
import { Actor } from "../../identity/actor.tsx";
import { RUN_STATUSES, sayErrorType } from "../workflow-words.ts";
import { sayRunTime, sayWait, taskNameAt } from "./run-words.ts";

/** One run as a line: what began it, how it stands, where it stands, how long it took. */
export function RunRow({ run, nowMs, isNamed = false }: { run: RunSummary; nowMs: number; /** Says which workflow it is of. */ isNamed?: boolean }) {
  return (
    <li className="relative flex items-center justify-between gap-4 border-b border-line px-4 py-2.5 last:border-b-0 hover:bg-sunken/60">
      <div className="min-w-0">
        <Link to="/runs/$runId" params={{ runId: run.id }} data-list-item className="font-medium after:absolute after:inset-0 focus-visible:outline-none focus-visible:after:outline-2 focus-visible:after:outline-offset-[-2px] focus-visible:after:outline-accent-ink">
          {isNamed ? sayCode(run.workflow.name) : formatFull(run.startedAt)}
        </Link>
        <p className="line-clamp-2 text-xs break-words text-ink-faint md:line-clamp-1">{isNamed ? formatFull(run.startedAt) : <>Started by <Actor id={run.startedBy} /></>} · version {run.workflow.version}{sayPlace(run)}</p>
      </div>
      <span className={`flex shrink-0 flex-col items-end gap-1 ${isNamed ? "" : "md:flex-row-reverse md:items-center md:gap-0"}`}>
        <span className={isNamed ? "" : "md:ml-4 md:flex md:w-24 md:justify-end"}><StateBadge state={RUN_STATUSES[run.status]} /></span>
        <span className="text-right text-xs whitespace-nowrap text-ink-soft tabular-nums">{sayRunTime(run, nowMs)}</span>
      </span>
    </li>
  );
}

function sayPlace(run: RunSummary): string {
  const { status, pointer, error } = run;
  const wait = sayWait(run);
  if (wait !== null) return ` · waits for ${wait}`;
  if (error !== null) return ` · ${pointer === null ? "" : `at “${sayCode(taskNameAt(pointer))}”: `}${error.title === "" ? sayErrorType(error.type) : error.title}`;
  return pointer === null || status === "completed" ? "" : ` · at “${sayCode(taskNameAt(pointer))}”`;
}
