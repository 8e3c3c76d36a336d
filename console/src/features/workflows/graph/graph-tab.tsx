import { useQuery } from "@tanstack/react-query";
import { useCallback, useMemo, useState } from "react";
import type { GraphEdge, TaskCount, WorkflowView } from "../../../../../src/shapes/workflow.ts";
import { sayProblem } from "../../../lib/fetch-json.ts";
import { formatCount } from "../../../lib/format.ts";
import { Problem } from "../../../ui/feedback.tsx";
import { branchesQuery } from "../workflow-queries.ts";
import { sayErrorType } from "../workflow-words.ts";
import type { TaskMark } from "./canvas-nodes.tsx";
import { CountsPanel } from "./counts-panel.tsx";
import { GraphCanvas, type EdgeMark } from "./graph-canvas.tsx";
import { countOf, sayCount } from "./task-words.ts";

const SPANS = [{ days: 1, words: "Last day" }, { days: 7, words: "Last 7 days" }, { days: 30, words: "Last 30 days" }];

/** The graph with what happened on it: how often each task and branch was taken, and what failed. */
export function GraphTab({ workflow }: { workflow: WorkflowView }) {
  const [days, setDays] = useState(30);
  const [selected, setSelected] = useState<string | null>(null);
  const counts = useQuery(branchesQuery(workflow.name, days));
  const byPointer = useMemo(() => new Map((counts.data?.tasks ?? []).map((task) => [task.pointer, task])), [counts.data]);
  const markOf = useCallback((pointer: string) => markCounts(byPointer.get(pointer)), [byPointer]);
  const edgeMarkOf = useCallback((edge: GraphEdge) => markWay(byPointer, edge), [byPointer]);
  return (
    <div className="flex h-full min-h-0 flex-col lg:flex-row">
      <div className="relative min-h-80 min-w-0 flex-1">
        <GraphCanvas graph={workflow.graph} label={`Graph of ${workflow.name}`} markOf={markOf} edgeMarkOf={edgeMarkOf} selected={selected} onSelect={setSelected} />
        <div className="absolute top-3 left-3 flex items-center gap-2 rounded-lg border border-line bg-surface px-2.5 py-1 text-xs shadow-sm">
          <select aria-label="Counts of" value={days} onChange={(event) => setDays(Number(event.target.value))} className="bg-surface text-ink-soft">
            {SPANS.map((span) => <option key={span.days} value={span.days}>{span.words}</option>)}
          </select>
          <span className="text-ink-faint tabular-nums">{counts.data === undefined ? "Counting…" : formatCount(counts.data.runs, "run", "runs")}</span>
        </div>
        {counts.isError && <div className="absolute inset-x-0 bottom-14"><Problem text={sayProblem(counts.error)} onRetry={() => void counts.refetch()} /></div>}
      </div>
      <aside aria-label="Task" tabIndex={0} className="max-h-[45%] w-full shrink-0 overflow-y-auto border-t border-line bg-surface lg:max-h-none lg:w-80 lg:border-t-0 lg:border-l">
        <CountsPanel workflow={workflow} counts={counts.data ?? null} selected={selected} onSelect={setSelected} />
      </aside>
    </div>
  );
}

function markCounts(count: TaskCount | undefined): TaskMark | null {
  if (count === undefined || count.runs === 0) return null;
  const top = count.errors[0];
  const failures = count.failed + count.caught;
  const problem = failures === 0 ? null : `✕ ${failures}${top === undefined ? " failed" : ` ${sayErrorType(top.type)}`}${count.errors.length > 1 ? " …" : ""}`;
  const parts = [formatCount(count.runs, "run", "runs"), ...(count.retried > 0 ? [`${count.retried} retried`] : []), ...(count.stopped > 0 ? [`${count.stopped} stopped`] : []), ...(count.waiting > 0 ? [`${count.waiting} waiting`] : [])];
  return { text: parts.join(" · "), problem, tone: count.failed > 0 ? "bad" : count.caught > 0 ? "warn" : null, isCurrent: false, isFaded: false };
}

function markWay(counts: ReadonlyMap<string, TaskCount>, edge: GraphEdge): EdgeMark {
  const count = countOf(counts, edge);
  return { note: count === null ? null : sayCount(count), look: count?.count === 0 ? "faded" : "plain" };
}
