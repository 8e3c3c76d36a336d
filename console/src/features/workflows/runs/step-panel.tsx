import type { RunView, WorkflowErrorView } from "../../../../../src/shapes/workflow.ts";
import { formatDuration, sayCode } from "../../../lib/format.ts";
import { Section } from "../../../ui/section.tsx";
import { StateBadge } from "../../../ui/state-badge.tsx";
import { ApprovalCard } from "../../approvals/approval-card.tsx";
import { Facts, TaskHead } from "../graph/counts-panel.tsx";
import { bare } from "../graph/task-words.ts";
import { TASK_STATUSES } from "../workflow-words.ts";
import { JsonView } from "./json-view.tsx";
import { RunRow } from "./run-row.tsx";
import type { RunStep } from "./run-steps.ts";

type StepPanelProps = { run: RunView; step: RunStep | null; /** Chosen on the graph; may be a task the run never came to. */ pointer: string | null; nowMs: number };

/** One step of a run: what went in, what came out and why; below it what belongs to the whole run. */
export function StepPanel({ run, step, pointer, nowMs }: StepPanelProps) {
  const isUnreached = pointer !== null && pointer !== step?.pointer;
  const node = run.graph.nodes.find((each) => each.pointer !== "" && each.pointer === (isUnreached ? pointer : step?.pointer));
  const approvals = run.approvals.filter((approval) => approval.status === "waiting" || approval.pointer === step?.pointer);
  return (
    <>
      {run.error !== null && (isUnreached || step?.error?.instance !== run.error.instance) && <Section title="Why the run failed"><ErrorView error={run.error} /></Section>}
      {approvals.map((approval) => <div key={approval.id} className="border-b border-line p-4"><ApprovalCard approval={approval} nowMs={nowMs} isBare /></div>)}
      {node !== undefined && <TaskHead node={node} />}
      {isUnreached && <Section title="In this run"><p className="text-xs text-ink-faint">The run has not come here.</p></Section>}
      {!isUnreached && step !== null && <StepDetail step={step} />}
      {run.children.length > 0 && <Section title="Runs it called"><ul className="-mx-5">{run.children.map((child) => <RunRow key={child.id} run={child} nowMs={nowMs} isNamed />)}</ul></Section>}
      <Section title="The run's input"><JsonView value={run.input} /></Section>
      {run.output !== null && <Section title="The run's output"><JsonView value={run.output} /></Section>}
      {run.context !== null && <Section title="The run's context"><JsonView value={run.context} /></Section>}
    </>
  );
}

function StepDetail({ step }: { step: RunStep }) {
  return (
    <>
      <div className="border-b border-line px-5 py-4">
        <div className="mb-3 flex flex-wrap gap-1.5"><StateBadge state={TASK_STATUSES[step.status]} /></div>
        <Facts facts={[["Began after", formatDuration(step.offsetUs)], ["Took", step.status === "running" ? "still under way" : formatDuration(step.durationUs)], ...(step.queuedUs > 0 ? [["Waited to begin", formatDuration(step.queuedUs)] as const] : []), ...(step.iteration > 1 ? [["Round", step.iteration] as const] : []), ...sayRounds(step), ...(step.branch === null ? [] : [["Way taken", sayCode(step.branch)] as const])]} />
      </div>
      {step.reason !== null && <Section title="Why"><p className="break-words">{bare(step.reason)}</p></Section>}
      {step.error !== null && <Section title="Error"><ErrorView error={step.error} /></Section>}
      <Section title="Input"><JsonView value={step.input} /></Section>
      {step.calledWith !== null && <Section title="Called with"><pre className="font-mono text-2xs break-words whitespace-pre-wrap text-ink-soft">{JSON.stringify(step.calledWith, null, 2)}</pre></Section>}
      <Section title="Output"><JsonView value={step.output} /></Section>
    </>
  );
}

function sayRounds({ kind, rounds }: RunStep): (readonly [string, number])[] {
  if (rounds === null || (kind === "try" && rounds === 1)) return [];
  return [[kind === "try" ? "Attempts" : "Rounds", rounds]];
}

function ErrorView({ error }: { error: WorkflowErrorView }) {
  return (
    <div className="rounded-lg bg-bad-soft px-3 py-2 text-bad">
      <p className="font-medium break-words">{error.title} <span className="font-normal tabular-nums">({error.status})</span></p>
      {error.detail !== null && <p className="mt-0.5 text-xs break-words">{error.detail}</p>}
      <p className="mt-1 font-mono text-2xs break-all">{error.type}</p>
      {error.instance !== "" && <p className="font-mono text-2xs break-all">{error.instance}</p>}
    </div>
  );
}
