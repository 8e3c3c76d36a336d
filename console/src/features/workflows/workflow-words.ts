import type { FindingView, TaskRecordView, WorkflowHealth, WorkflowSummary } from "../../../../src/shapes/workflow.ts";
import { formatCount, sayCode } from "../../lib/format.ts";
import type { StateWords } from "../../ui/state-badge.tsx";
import type { RunStatus } from "./workflow-queries.ts";

export const RUN_STATUSES: Record<RunStatus, StateWords> = {
  running: { words: "Running", sign: "…", tone: "accent" },
  waiting: { words: "Waiting", sign: "◔", tone: "warn" },
  completed: { words: "Completed", sign: "✓", tone: "good" },
  failed: { words: "Failed", sign: "✕", tone: "bad" },
  cancelled: { words: "Cancelled", sign: "–", tone: "neutral" },
};

export const TASK_STATUSES: Record<TaskRecordView["status"], StateWords> = {
  running: { words: "Under way", sign: "…", tone: "accent" },
  completed: { words: "Completed", sign: "✓", tone: "good" },
  skipped: { words: "Skipped", sign: "–", tone: "neutral" },
  failed: { words: "Failed", sign: "✕", tone: "bad" },
  caught: { words: "Failed and caught", sign: "↩", tone: "warn" },
};

export const SEVERITIES: Record<FindingView["severity"], StateWords> = {
  error: { words: "Error", sign: "✕", tone: "bad" },
  warning: { words: "Warning", sign: "!", tone: "warn" },
};

const HEALTH: Record<WorkflowHealth["state"], StateWords> = {
  good: { words: "Healthy", sign: "✓", tone: "good" },
  failing: { words: "Failing", sign: "✕", tone: "bad" },
  idle: { words: "Idle", sign: "–", tone: "neutral" },
};

export function sayHealth(health: WorkflowHealth): StateWords {
  return HEALTH[health.state];
}

/** Share of the last day's runs that failed: "0 %", "3.2 %"; a dash without runs. */
export function sayFailureRate(health: WorkflowHealth): string {
  if (health.runs === 0) return "–";
  const percent = (100 * health.failed) / health.runs;
  return `${percent === 0 || percent >= 10 ? percent.toFixed(0) : percent.toFixed(1)} %`;
}

const STARTS: Record<NonNullable<WorkflowSummary["startsOn"]>, string> = {
  every: "starts at intervals",
  cron: "starts by the calendar",
  after: "starts some time after it ended",
  event: "starts on events",
};

/** What begins a run, in words. */
export function sayStart(workflow: Pick<WorkflowSummary, "startsOn" | "intents">): string {
  const own = workflow.startsOn === null ? [] : [STARTS[workflow.startsOn]];
  const messages = workflow.intents.length === 0 ? [] : [`starts on messages about ${workflow.intents.map((intent) => sayCode(intent).toLowerCase()).join(", ")}`];
  return [...own, ...messages].join(" and ") || "started by people, other workflows or the API";
}

/** The title if the document has one, else its name in words. */
export function titleOf(workflow: { title: string | null; name: string }): string {
  return workflow.title ?? sayCode(workflow.name);
}

/** An error's type in short: the last part of its address, in words. "…/errors/timeout" → "timeout". */
export function sayErrorType(type: string): string {
  const last = type.replace(/\/+$/, "").split(/[/#]/).at(-1) ?? type;
  return sayCode(last.replace(/^workflows\./, "")).toLowerCase();
}

export function sayFindings(findings: readonly FindingView[]): string {
  const errors = findings.filter((finding) => finding.severity === "error").length;
  const warnings = findings.length - errors;
  const parts = [errors > 0 ? formatCount(errors, "error", "errors") : "", warnings > 0 ? formatCount(warnings, "warning", "warnings") : ""].filter((part) => part !== "");
  return parts.join(", ") || "No findings";
}
