import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useCallback, useMemo, useState } from "react";
import type { GraphEdge, RunView } from "../../../../../src/shapes/workflow.ts";
import { isMissing, sayProblem } from "../../../lib/fetch-json.ts";
import { formatFull, sayCode } from "../../../lib/format.ts";
import { useNow } from "../../../lib/use-now.ts";
import { usePageTitle } from "../../../lib/use-page-title.ts";
import { EmptyState, LoadingRows, Problem } from "../../../ui/feedback.tsx";
import { SearchIcon } from "../../../ui/icons.tsx";
import { StateBadge } from "../../../ui/state-badge.tsx";
import type { TaskMark } from "../graph/canvas-nodes.tsx";
import { GraphCanvas, type EdgeMark } from "../graph/graph-canvas.tsx";
import { Actor } from "../../identity/actor.tsx";
import { WidePage } from "../../../ui/wide-page.tsx";
import { isOpenRun, runQuery } from "../workflow-queries.ts";
import { RUN_STATUSES, sayErrorType, TASK_STATUSES } from "../workflow-words.ts";
import { RunActions } from "./run-actions.tsx";
import { RunPlayer } from "./run-player.tsx";
import { isTaken, statesAt, stepsOf, type TaskState } from "./run-steps.ts";
import { sayRunTime, sayWait } from "./run-words.ts";
import { StepPanel } from "./step-panel.tsx";

/** One run on the graph of the version it began with, to be walked through step by step. */
export function RunPage({ runId }: { runId: string }) {
  const run = useQuery(runQuery(runId));
  usePageTitle(run.data === undefined ? "Run" : `Run of ${sayCode(run.data.workflow.name)}`);
  if (run.data !== undefined) return <Loaded key={runId} run={run.data} />;
  return (
    <WidePage title="Run">
      {run.isPending && <LoadingRows count={5} label="Loading the run" className="h-16" />}
      {run.isError && (isMissing(run.error) ? <NoRun /> : <Problem text={sayProblem(run.error)} onRetry={() => void run.refetch()} />)}
    </WidePage>
  );
}

function NoRun() {
  return (
    <EmptyState icon={<SearchIcon />} title="There is no such run">
      Old runs are removed after some time. The others are on the page of <Link to="/workflows" className="text-accent-ink underline underline-offset-2">their workflow</Link>.
    </EmptyState>
  );
}

function Loaded({ run }: { run: RunView }) {
  const nowMs = useNow(1_000);
  const steps = useMemo(() => stepsOf(run), [run]);
  // Null follows the newest step of a run that goes on.
  const [chosen, setChosen] = useState<number | null>(null);
  const [inspected, setInspected] = useState<string | null>(null);
  const number = Math.min(chosen ?? steps.length, steps.length);
  const states = useMemo(() => statesAt(steps, number), [steps, number]);
  const current = steps[number - 1] ?? null;
  const isAtEnd = number === steps.length;
  const hasEndedWell = isAtEnd && run.status === "completed";
  const isWaiting = run.status === "waiting" || run.approvals.some((approval) => approval.status === "waiting");
  const standsAt = isAtEnd && isOpenRun(run.status) ? run.pointer : null;
  const markOf = useCallback((pointer: string) => markState(states.get(pointer), pointer === (standsAt ?? current?.pointer), pointer === standsAt && isWaiting), [states, current, standsAt, isWaiting]);
  const edgeMarkOf = useCallback((edge: GraphEdge): EdgeMark => ({ note: null, look: isTaken(edge, states, hasEndedWell) ? "taken" : "plain" }), [states, hasEndedWell]);

  const go = useCallback((wanted: number | null): void => {
    setChosen(wanted);
    setInspected(null);
  }, []);
  /** A task on the graph: the panel goes to its last visit, the slider with it. */
  const inspect = useCallback((pointer: string | null): void => {
    const last = pointer === null ? undefined : steps.findLast((step) => step.pointer === pointer);
    setInspected(pointer);
    if (last !== undefined) setChosen(last.number);
  }, [steps]);

  return (
    <WidePage
      back={<Way run={run} />}
      title={`Run of ${sayCode(run.workflow.name)}`}
      badges={<StateBadge state={RUN_STATUSES[isOpenRun(run.status) && isWaiting ? "waiting" : run.status]} />}
      note={<RunNote run={run} nowMs={nowMs} />}
      actions={<RunActions run={run} />}
    >
      <div className="flex h-full min-h-0 flex-col lg:flex-row">
        <div className="flex min-h-80 min-w-0 flex-1 flex-col">
          <div className="relative min-h-0 flex-1">
            <GraphCanvas graph={run.graph} label={`Graph of the run of ${run.workflow.name}`} markOf={markOf} edgeMarkOf={edgeMarkOf} selected={inspected} onSelect={inspect} follow={standsAt ?? current?.pointer ?? null} />
          </div>
          <RunPlayer steps={steps} number={number} onStep={go} isOpen={isOpenRun(run.status)} />
        </div>
        <aside aria-label="Step" tabIndex={0} className="max-h-[45%] w-full shrink-0 overflow-y-auto border-t border-line bg-surface lg:max-h-none lg:w-96 lg:border-t-0 lg:border-l">
          <StepPanel run={run} step={current} pointer={inspected} nowMs={nowMs} />
        </aside>
      </div>
    </WidePage>
  );
}

function markState(state: TaskState | undefined, isCurrent: boolean, isWaiting: boolean): TaskMark {
  if (isWaiting) return { text: "◔ Waiting", problem: null, tone: "warn", isCurrent: true, isFaded: false };
  if (state === undefined) return { text: null, problem: null, tone: null, isCurrent, isFaded: !isCurrent };
  const { sign, words, tone } = TASK_STATUSES[state.status];
  const rounds = state.runs > 1 ? `${state.runs} times` : null;
  const isBad = state.status === "failed" || state.status === "caught";
  const problem = isBad ? `${sign} ${state.last.error === null ? words : sayErrorType(state.last.error.type)}` : null;
  return { text: isBad ? rounds : `${sign} ${words}${rounds === null ? "" : ` · ${rounds}`}`, problem, tone: state.status === "skipped" ? null : tone, isCurrent, isFaded: state.status === "skipped" };
}

function Way({ run }: { run: RunView }) {
  const style = "underline-offset-2 hover:text-ink hover:underline";
  return (
    <>
      <Link to="/workflows" className={style}>Workflows</Link> / <Link to="/workflows/$workflowName" params={{ workflowName: run.workflow.name }} search={{ tab: "runs" }} className={style}>{sayCode(run.workflow.name)}</Link>
      {run.parentRunId !== null && <> / <Link to="/runs/$runId" params={{ runId: run.parentRunId }} className={style}>the run that called it</Link></>}
    </>
  );
}

function RunNote({ run, nowMs }: { run: RunView; nowMs: number }) {
  const wait = sayWait(run);
  return (
    <p className="flex flex-wrap gap-x-4 text-xs tabular-nums">
      <span>Started <time dateTime={run.startedAt}>{formatFull(run.startedAt)}</time> by <Actor id={run.startedBy} /></span>
      <span>{sayRunTime(run, nowMs)}</span>
      {wait !== null && <span className="text-ink-soft">waits for {wait}</span>}
      <span>version {run.workflow.version} <span className="font-mono text-2xs">{run.workflow.hash.slice(0, 8)}</span></span>
      {run.conversationId !== null && <Link to="/conversations/$conversationId" params={{ conversationId: run.conversationId }} className="text-accent-ink underline underline-offset-2">Open the conversation</Link>}
    </p>
  );
}
