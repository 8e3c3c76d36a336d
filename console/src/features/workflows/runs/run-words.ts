import type { RunSummary } from "../../../../../src/shapes/workflow.ts";
import { formatDuration, formatWait } from "../../../lib/format.ts";
import { isOpenRun } from "../workflow-queries.ts";

/** How long a run took, or has been under way. */
export function sayRunTime(run: Pick<RunSummary, "status" | "durationUs" | "startedAt">, nowMs: number): string {
  if (isOpenRun(run.status)) return `for ${formatWait(run.startedAt, nowMs)}`;
  return run.durationUs === null ? "–" : formatDuration(run.durationUs);
}

/** What a run sleeps for, in words that follow "waits for"; null when it is at work or over. */
export function sayWait({ waitsFor }: Pick<RunSummary, "waitsFor">): string | null {
  if (waitsFor === null) return null;
  if (waitsFor.kind === "answer") return "the customer's answer";
  if (waitsFor.kind === "approval") return `a person's yes: ${waitsFor.text ?? "a risky call"}`;
  if (waitsFor.kind === "time") return "its time";
  return waitsFor.text === null ? "an event" : `the event ${waitsFor.text}`;
}

/** The name of the task that a pointer leads to: its last part. "/do/3/pay" → "pay". */
export function taskNameAt(pointer: string): string {
  return (pointer.split("/").at(-1) ?? pointer).replace(/~1/g, "/").replace(/~0/g, "~");
}
