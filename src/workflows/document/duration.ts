import { isRecord } from "../../lib/is-record.ts";
import { parseIsoDuration } from "../../lib/iso-duration.ts";
import type { DurationRule } from "./definition.ts";
import { numberAt } from "./raw-value.ts";

const MS = { days: 86_400_000, hours: 3_600_000, minutes: 60_000, seconds: 1_000, milliseconds: 1 } as const;

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
