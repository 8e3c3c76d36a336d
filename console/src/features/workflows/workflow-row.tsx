import { Link } from "@tanstack/react-router";
import type { WorkflowSummary } from "../../../../src/shapes/workflow.ts";
import { formatAgo, formatCount, formatDuration, formatFull } from "../../lib/format.ts";
import { StateBadge } from "../../ui/state-badge.tsx";
import { sayFailureRate, sayHealth, sayStart, titleOf } from "./workflow-words.ts";
import { Actor } from "../identity/actor.tsx";
import { Figure } from "../../ui/wide-table.tsx";

/** One workflow as a line of the table; the whole line opens it. */
export function WorkflowRow({ workflow, nowMs }: { workflow: WorkflowSummary; nowMs: number }) {
  const { health } = workflow;
  const start = sayStart(workflow);
  return (
    <tr className="relative border-b border-line last:border-b-0 hover:bg-sunken/60">
      <th scope="row" className="max-w-80 py-2.5 pr-3 pl-4 font-normal">
        <Link to="/workflows/$workflowName" params={{ workflowName: workflow.name }} data-list-item className="font-medium break-words after:absolute after:inset-0 focus-visible:outline-none focus-visible:after:outline-2 focus-visible:after:outline-offset-[-2px] focus-visible:after:outline-accent-ink">
          {titleOf(workflow)}
        </Link>
        {health.runs + health.running + health.waiting > 0 && <p className="text-xs text-ink-soft tabular-nums md:hidden">{formatCount(health.runs, "run", "runs")}, {sayFailureRate(health)} failed{nowWords(health.running, health.waiting, "; ")}</p>}
        <p className="line-clamp-2 text-xs break-words text-ink-faint md:line-clamp-1">{workflow.summary ?? `${start.charAt(0).toUpperCase()}${start.slice(1)}`}</p>
      </th>
      <td className="px-3"><StateBadge state={sayHealth(health)} /></td>
      <Figure>{health.runs.toLocaleString("en")}</Figure>
      <Figure isBad={health.failed > 0}>{sayFailureRate(health)}</Figure>
      <Figure>{nowWords(health.running, health.waiting) || "–"}</Figure>
      <Figure>{health.p50Us === null ? "–" : formatDuration(health.p50Us)}</Figure>
      <td className="hidden px-3 text-xs whitespace-nowrap text-ink-soft tabular-nums md:table-cell">{workflow.version}{workflow.versionCount > 1 && <span className="text-ink-faint"> · {workflow.versionCount} versions</span>}</td>
      <td className="hidden px-3 text-xs whitespace-nowrap text-ink-soft md:table-cell">
        <time dateTime={workflow.publishedAt} title={formatFull(workflow.publishedAt)} className="tabular-nums">{formatAgo(workflow.publishedAt, nowMs)}</time>
        <span className="text-ink-faint"> by <Actor id={workflow.publishedBy} /></span>
      </td>
    </tr>
  );
}

/** What is under way now, after `before`; empty when nothing is. */
function nowWords(running: number, waiting: number, before = ""): string {
  const parts = [running > 0 ? `${running} running` : "", waiting > 0 ? `${waiting} waiting` : ""].filter((part) => part !== "");
  return parts.length === 0 ? "" : `${before}${parts.join(", ")}`;
}
