import { nextCron } from "../../../lib/next-cron.ts";
import type { Clocked } from "../starts/listeners.ts";

/**
 * When a workflow runs next, after `afterMs`; null when it never does (an expression as duration cannot be known outside a run,
 * a cron that names no day). `every` counts from its last firing, so it keeps its beat; of several missed firings one is made up.
 *
 * Units: ms since the epoch. Replay: pure.
 */
export function nextFiring(workflow: Pick<Clocked, "schedule" | "timeZone">, given: { afterMs: number; lastFiredMs: number | null }): number | null {
  const { schedule } = workflow;
  if (schedule.kind === "cron") return nextCron(schedule.cron, workflow.timeZone, given.afterMs);
  const rule = schedule.kind === "every" ? schedule.every : schedule.after;
  if (!("ms" in rule)) return null;
  // Nothing runs more often than once a second.
  const stepMs = Math.max(1_000, rule.ms);
  if (schedule.kind === "after") return given.lastFiredMs === null ? given.afterMs : given.afterMs + rule.ms;
  if (given.lastFiredMs === null) return given.afterMs + stepMs;
  const missed = Math.floor(Math.max(0, given.afterMs - given.lastFiredMs) / stepMs);
  return given.lastFiredMs + (missed + 1) * stepMs;
}

/** Whether it is the name of a time zone, such as `Europe/Berlin`. */
export function isTimeZone(name: unknown): boolean {
  try {
    return typeof name === "string" && new Intl.DateTimeFormat("en", { timeZone: name }).resolvedOptions().timeZone !== "";
  } catch {
    return false;
  }
}

/** What makes two schedules the same; a new version with the same one keeps the beat. */
export function ruleText(workflow: Pick<Clocked, "schedule" | "timeZone">): string {
  return JSON.stringify([workflow.schedule, workflow.timeZone]);
}
