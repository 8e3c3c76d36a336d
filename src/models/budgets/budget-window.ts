import type { BudgetWindow } from "./budget-rules.ts";

/** Milliseconds since the epoch; `endMs` is the first moment of the next window. */
export type WindowSpan = { startMs: number; endMs: number };

const MINUTE_MS = 60_000;
const known = new Map<string, WindowSpan>();
const formats = new Map<string, Intl.DateTimeFormat>();

/** The window that holds this moment. Minutes are those of the clock; days and months begin at midnight in `timeZone`. */
export function windowAt(window: BudgetWindow, timeZone: string, nowMs: number): WindowSpan {
  if (window === "minute") {
    const startMs = Math.floor(nowMs / MINUTE_MS) * MINUTE_MS;
    return { startMs, endMs: startMs + MINUTE_MS };
  }
  // Asked before every call: the zone is worked out once a window.
  const key = `${window}/${timeZone}`;
  const last = known.get(key);
  if (last !== undefined && nowMs >= last.startMs && nowMs < last.endMs) return last;
  const [year, month, day] = localDate(timeZone, nowMs);
  const span = window === "day"
    ? { startMs: midnight(timeZone, year, month, day), endMs: midnight(timeZone, year, month, day + 1) }
    : { startMs: midnight(timeZone, year, month, 1), endMs: midnight(timeZone, year, month + 1, 1) };
  known.set(key, span);
  return span;
}

export function isTimeZone(name: string): boolean {
  try {
    return new Intl.DateTimeFormat("en", { timeZone: name }).resolvedOptions().timeZone !== "";
  } catch {
    return false;
  }
}

/** Year, month (1..12) and day in the zone. */
function localDate(timeZone: string, atMs: number): [number, number, number] {
  const local = new Date(atMs + offsetMs(timeZone, atMs));
  return [local.getUTCFullYear(), local.getUTCMonth() + 1, local.getUTCDate()];
}

/** The first moment of a day: where the clock goes forward at midnight, the moment it does. */
function midnight(timeZone: string, year: number, month: number, day: number): number {
  const asUtc = Date.UTC(year, month - 1, day);
  const guess = asUtc - offsetMs(timeZone, asUtc);
  return asUtc - offsetMs(timeZone, guess);
}

/** How far the zone's clock is ahead of UTC. */
function offsetMs(timeZone: string, atMs: number): number {
  if (timeZone === "UTC") return 0;
  const parts = formatOf(timeZone).formatToParts(atMs);
  const of = (type: Intl.DateTimeFormatPartTypes) => Number(parts.find((part) => part.type === type)?.value ?? 0);
  return Date.UTC(of("year"), of("month") - 1, of("day"), of("hour"), of("minute"), of("second")) - Math.floor(atMs / 1_000) * 1_000;
}

function formatOf(timeZone: string): Intl.DateTimeFormat {
  const made = formats.get(timeZone) ?? new Intl.DateTimeFormat("en", { timeZone, hourCycle: "h23", year: "numeric", month: "numeric", day: "numeric", hour: "numeric", minute: "numeric", second: "numeric" });
  formats.set(timeZone, made);
  return made;
}
