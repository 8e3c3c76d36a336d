const ISO = /^P(?:(\d+(?:\.\d+)?)Y)?(?:(\d+(?:\.\d+)?)M)?(?:(\d+(?:\.\d+)?)W)?(?:(\d+(?:\.\d+)?)D)?(?:T(?:(\d+(?:\.\d+)?)H)?(?:(\d+(?:\.\d+)?)M)?(?:(\d+(?:\.\d+)?)S)?)?$/;
const DAY_MS = 86_400_000;
/** A year counts 365 days and a month 30, as the standard leaves it open. */
const UNIT_MS = [365 * DAY_MS, 30 * DAY_MS, 7 * DAY_MS, DAY_MS, 3_600_000, 60_000, 1_000] as const;

/** `PT1M30S` in milliseconds; null when it is no ISO 8601 duration. */
export function parseIsoDuration(text: string): number | null {
  const match = ISO.exec(text.trim());
  if (match === null || match.slice(1).every((part) => part === undefined)) return null;
  return Math.round(UNIT_MS.reduce((sum, unitMs, index) => sum + Number(match[index + 1] ?? 0) * unitMs, 0));
}
