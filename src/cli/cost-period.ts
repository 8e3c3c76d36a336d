import type { CostPeriod } from "../app/costs/cost-report.store.ts";

const DAY_MS = 86_400_000;
const DAYS = 30;

/**
 * `--from` and `--to` of a command: days as 2026-11-01, both with, or moments as 2026-11-01T12:00:00Z. Days are those of UTC.
 * Without `--to`: until now. Without `--from`: 30 days. Null: one of them is no date, or they are in the wrong order.
 */
export function readPeriod(from: string | undefined, to: string | undefined, nowMs: number): CostPeriod | null {
  const toMs = to === undefined ? (Math.floor(nowMs / DAY_MS) + 1) * DAY_MS : momentOf(to, DAY_MS);
  if (toMs === null) return null;
  const fromMs = from === undefined ? toMs - DAYS * DAY_MS : momentOf(from, 0);
  return fromMs === null || fromMs >= toMs ? null : { from: new Date(fromMs).toISOString(), to: new Date(toMs).toISOString() };
}

/** As long a time, just before. */
export function periodBefore(period: CostPeriod): CostPeriod {
  const lengthMs = Date.parse(period.to) - Date.parse(period.from);
  return { from: new Date(Date.parse(period.from) - lengthMs).toISOString(), to: period.from };
}

/** As people read it: both days with. */
export function sayPeriod({ from, to }: CostPeriod): string {
  const isDays = from.endsWith("T00:00:00.000Z") && to.endsWith("T00:00:00.000Z");
  return isDays ? `${from.slice(0, 10)} to ${new Date(Date.parse(to) - DAY_MS).toISOString().slice(0, 10)}` : `${from} to ${to}`;
}

function momentOf(text: string, dayAddsMs: number): number | null {
  const isDay = /^\d{4}-\d{2}-\d{2}$/.test(text);
  const ms = Date.parse(isDay ? `${text}T00:00:00Z` : text);
  if (Number.isNaN(ms) || (isDay && new Date(ms).toISOString().slice(0, 10) !== text)) return null;
  return isDay ? ms + dayAddsMs : ms;
}
