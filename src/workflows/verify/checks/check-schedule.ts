import { isTimeZone, nextFiring } from "../../events/schedules/schedule.ts";
import type { Checking } from "../findings.ts";

const SHORTEST_MS = 1_000;

/** A workflow by the clock that would never begin, or at another time than it says. */
export function checkSchedule({ source, report }: Checking): void {
  const { schedule, document } = source.definition;
  if (schedule === null || schedule.kind === "on") return;
  const pointer = `/schedule/${schedule.kind}`;
  const timeZone = document.metadata["timezone"];
  if (timeZone !== undefined && !isTimeZone(timeZone)) report({ rule: "schedule", severity: "error", pointer: "/document/metadata/timezone", message: `There is no time zone "${String(timeZone)}".`, advice: "Use a name such as Europe/Berlin or UTC." });
  if (nextFiring({ schedule, timeZone: "UTC" }, { afterMs: Date.now(), lastFiredMs: null }) === null) report({ rule: "schedule", severity: "error", pointer, message: schedule.kind === "cron" ? `The cron "${schedule.cron}" cannot be read, or names no day that comes.` : "This schedule is an expression, and outside a run there is nothing to evaluate it with: it never fires.", advice: schedule.kind === "cron" ? "Write five fields: minute, hour, day of the month, month, day of the week." : "Write the duration out, such as PT15M." });
  else if (schedule.kind === "every" && "ms" in schedule.every && schedule.every.ms < SHORTEST_MS) report({ rule: "schedule", severity: "warning", pointer, message: "Nothing runs more often than once a second.", advice: "Write PT1S or more." });
}
