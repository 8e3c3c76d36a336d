import { isRecord } from "../../lib/is-record.ts";
import type { DurationRule } from "./definition.ts";
import { numberAt } from "./raw-value.ts";

const MS = { days: 86_400_000, hours: 3_600_000, minutes: 60_000, seconds: 1_000, milliseconds: 1 } as const;
const ISO = /^P(?:(\d+(?:\.\d+)?)Y)?(?:(\d+(?:\.\d+)?)M)?(?:(\d+(?:\.\d+)?)W)?(?:(\d+(?:\.\d+)?)D)?(?:T(?:(\d+(?:\.\d+)?)H)?(?:(\d+(?:\.\d+)?)M)?(?:(\d+(?:\.\d+)?)S)?)?$/;
/** A year counts 365 days and a month 30, as the standard leaves it open. */
const ISO_MS = [365 * MS.days, 30 * MS.days, 7 * MS.days, MS.days, MS.hours, MS.minutes, MS.seconds] as const;

/** `PT1M30S` in milliseconds; null when it is no ISO 8601 duration. */
export function parseIsoDuration(text: string): number | null {
  const match = ISO.exec(text.trim());
  if (match === null || match.slice(1).every((part) => part === undefined)) return null;
  return Math.round(ISO_MS.reduce((sum, unitMs, index) => sum + Number(match[index + 1] ?? 0) * unitMs, 0));
}

/** ISO text, `{ seconds: 5 }` or an expression; null when it is none of them. */
export function readDuration(value: unknown): DurationRule | null {
  if (typeof value === "string") {
    if (value.trim().startsWith("${")) return { expression: value.trim() };
    const ms = parseIsoDuration(value);
    return ms === null ? null : { ms };
  }
  if (!isRecord(value)) return null;
  return { ms: Math.max(0, Object.entries(MS).reduce((sum, [unit, unitMs]) => sum + (numberAt(value, unit) ?? 0) * unitMs, 0)) };
}
