import type { VolumeCounts } from "./volume.store.ts";

/** When more messages than usual are a spike: at least `factor` times as many, and at least `minMessages`. */
export type VolumeRules = { windowMinutes: number; factor: number; minMessages: number };
export const VOLUME_RULES: VolumeRules = { windowMinutes: 15, factor: 2, minMessages: 20 };

export type VolumeVerdict = { observed: number; usual: number; basis: "hour_of_week" | "hour_of_day"; isSpike: boolean };

const MIN_HISTORY = 2;
const SIGMAS = 3;

/**
 * Compares the window with what is usual for this hour of the week; with less than two weeks of history, for this hour of
 * the day. Null: there is not enough history to say anything.
 *
 * Units: messages per window. Replay: pure. Source: messages that come independently of each other scatter by the root of their
 * mean (Poisson), so a spike must also lie three of those above it; small numbers alone make no alarm.
 */
export function measureVolume(counts: VolumeCounts, rules: VolumeRules): VolumeVerdict | null {
  const weeks = counts.weeks.filter((count) => count !== null);
  const days = counts.days.filter((count) => count !== null);
  const basis = weeks.length >= MIN_HISTORY ? "hour_of_week" : "hour_of_day";
  const history = basis === "hour_of_week" ? weeks : days;
  if (history.length < MIN_HISTORY) return null;
  const perHour = history.reduce((sum, count) => sum + count, 0) / history.length;
  const usual = (perHour * rules.windowMinutes) / 60;
  const { observed } = counts;
  const isSpike = observed >= rules.minMessages && observed >= rules.factor * usual && observed > usual + SIGMAS * Math.sqrt(Math.max(1, usual));
  return { observed, usual: Math.round(usual * 100) / 100, basis, isSpike };
}
