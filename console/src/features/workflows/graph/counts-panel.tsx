import { Link } from "@tanstack/react-router";
import type { BranchCounts, GraphNode, TaskCount, WorkflowView } from "../../../../../src/shapes/workflow.ts";
import { formatDuration, sayCode } from "../../../lib/format.ts";
import { Section } from "../../../ui/section.tsx";
import { sayErrorType, sayFailureRate, sayStart } from "../workflow-words.ts";
import { TaskIcon } from "./task-icon.tsx";
import { bare, sayBranch, sayCount, sayTask } from "./task-words.ts";

type CountsPanelProps = { workflow: WorkflowView; counts: BranchCounts | null; selected: string | null; onSelect: (pointer: string | null) => void };

/** The selected task in figures; without one, the workflow as a whole and where it fails. */
export function CountsPanel({ workflow, counts, selected, onSelect }: CountsPanelProps) {
  const node = workflow.graph.nodes.find((each) => each.pointer === selected && each.pointer !== "");
  if (node === undefined) return <WholeWorkflow workflow={workflow} counts={counts} onSelect={onSelect} />;
  const count = counts?.tasks.find((each) => each.pointer === node.pointer) ?? null;
  const called = calledBy(node);
  const conditions = workflow.graph.edges.filter((edge) => edge.from === node.id && edge.label !== null);
  return (
    <>
      <TaskHead node={node} />
      {called !== null && <p className="border-b border-line px-5 py-3"><Link to="/workflows/$workflowName" params={{ workflowName: called }} className="text-accent-ink underline underline-offset-2">Open the workflow it runs</Link></p>}
      {count === null ? <Section title="Counts"><p className="text-xs text-ink-faint">No run has come here in this time.</p></Section> : <Figures count={count} />}
      {conditions.length > 0 && (
        <Section title="Conditions">
          <dl className="flex flex-col gap-2 text-xs">
            {conditions.map((edge) => <div key={edge.id}><dt className="font-medium">{sayBranch(edge.branch ?? "")}</dt><dd className="font-mono text-2xs break-words text-ink-soft">{bare(edge.label ?? "")}</dd></div>)}
          </dl>
        </Section>
      )}
    </>
  );
}

/** The workflow that a task runs as a part; null for scripts, containers and other tasks. */
function calledBy({ kind, label }: GraphNode): string | null {
  return kind === "run" && label !== null && /^[a-z0-9-]+$/.test(label) && !["script", "shell", "container"].includes(label) ? label : null;
}

export function TaskHead({ node }: { node: GraphNode }) {
  const { kind, detail, family } = sayTask(node);
  return (
    <div className="flex items-start gap-3 border-b border-line px-5 py-4">
      <TaskIcon node={node} family={family} size="size-9" />
      <div className="min-w-0">
        <h2 className="text-md font-semibold break-words">{sayCode(node.name)}</h2>
        <p className="text-ink-soft">{kind}</p>
        {detail !== null && <p className="font-mono text-2xs break-words text-ink-faint">{detail}</p>}
        <p className="mt-1 text-2xs break-all text-ink-faint">{node.place === null ? node.name : `${node.name}, line ${node.place.line}`}</p>
      </div>
    </div>
  );
}

function Figures({ count }: { count: TaskCount }) {
  return (
    <>
      <Section title="Counts">
        <Facts facts={[["Runs", count.runs], ["Completed", count.completed], ["Failed", count.failed], ["Failed and caught", count.caught], ["Skipped", count.skipped], ["Stopped from outside", count.stopped], ...(count.retried > 0 ? [["Tried again", count.retried] as const] : []), ["Waiting now", count.waiting], ["Overruled by a person", count.overridden]]} />
      </Section>
      <Section title="Time">
        <Facts facts={[["Half took less than", time(count.p50Us)], ["95 % took less than", time(count.p95Us)], ["Waited to begin, half", time(count.queuedP50Us)], ["Waited to begin, 95 %", time(count.queuedP95Us)]]} />
      </Section>
      {count.errors.length > 0 && (
        <Section title="Failures by type">
          <ul className="flex flex-col gap-1.5 text-xs">{count.errors.map((error) => <li key={error.type} title={error.type} className="flex justify-between gap-3"><span className="min-w-0 break-words text-bad first-letter:uppercase">{sayErrorType(error.type)}</span><span className="tabular-nums">{error.count}</span></li>)}</ul>
        </Section>
      )}
      {count.branches.length > 0 && <Section title="Ways taken"><Facts facts={count.branches.map((branch): [string, string] => [sayCode(sayBranch(branch.branch)), sayCount(branch)])} /></Section>}
    </>
  );
}

function WholeWorkflow({ workflow, counts, onSelect }: Omit<CountsPanelProps, "selected">) {
  const { health } = workflow;
  const failing = (counts?.tasks ?? []).filter((task) => task.failed + task.caught > 0).toSorted((left, right) => right.failed + right.caught - left.failed - left.caught);
  return (
    <>
      <Section title="What starts it"><p className="inline-block first-letter:uppercase">{sayStart(workflow)}.</p></Section>
      <Section title="The last 24 hours">
        <Facts facts={[["Runs", health.runs], ["Failed", `${health.failed} (${sayFailureRate(health)})`], ["Cancelled", health.cancelled], ["Running now", health.running], ["Waiting now", health.waiting], ["Half took less than", time(health.p50Us)], ["95 % took less than", time(health.p95Us)]]} />
      </Section>
      <Section title="Where it fails">
        {failing.length === 0 && <p className="text-xs text-ink-faint">No task failed in this time.</p>}
        <ul className="-mx-2 flex flex-col">
          {failing.map((task) => (
            <li key={task.pointer}>
              <button type="button" onClick={() => onSelect(task.pointer)} className="flex w-full justify-between gap-3 rounded-lg px-2 py-1.5 text-left text-xs hover:bg-sunken">
                <span className="min-w-0 break-words">{sayCode(task.name)}<span className="block text-2xs text-bad">{task.errors.map((error) => sayErrorType(error.type)).join(", ")}</span></span>
                <span className="tabular-nums">{task.failed + task.caught} of {task.runs}</span>
              </button>
            </li>
          ))}
        </ul>
      </Section>
      <Section title="About the graph"><p className="text-xs text-ink-faint">Choose a task to see its figures. The wheel scrolls, Ctrl and the wheel zooms, Tab walks through the tasks.</p></Section>
    </>
  );
}

export function Facts({ facts }: { facts: readonly (readonly [string, string | number])[] }) {
  return (
    <dl className="grid grid-cols-[minmax(0,1fr)_auto] gap-x-4 gap-y-1 text-xs">
      {facts.map(([name, value]) => (
        <div key={name} className="contents">
          <dt className="text-ink-faint">{name}</dt>
          <dd className="text-right tabular-nums">{typeof value === "number" ? value.toLocaleString("en") : value}</dd>
        </div>
      ))}
    </dl>
  );
}

function time(us: number | null): string {
  return us === null ? "–" : formatDuration(us);
}
