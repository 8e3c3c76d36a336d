import { Cron } from "croner";

/** When a cron line names a time next, in ms since the epoch; null when it never does or is none. Replay: pure. */
export function nextCron(text: string, timeZone: string, afterMs: number): number | null {
  try {
    return new Cron(text, { paused: true, timezone: timeZone, mode: "auto" }).nextRun(new Date(afterMs))?.getTime() ?? null;
  } catch {
    // Checked where it was written; what was written before the check simply never comes.
    return null;
  }
}
