import { repeat } from "../lib/repeat.ts";
import { measureVolume, VOLUME_RULES, type VolumeRules } from "../workflows/events/own/measure-volume.ts";
import { toCloudEvent, volumeSpiked } from "../workflows/events/own/own-events.ts";
import { publishEvent, type EventDeps, type Published } from "../workflows/events/publish-event.ts";
import { countVolume } from "../workflows/events/own/volume.store.ts";

export type VolumeWatchDeps = EventDeps & { tenantId: string; rules?: VolumeRules };

const EVERY_MS = 60_000;
const HOUR_MS = 3_600_000;

/** Looks once a minute whether contacts write more than is usual for this hour. Every process may watch: the event of an hour is told once. */
export function startVolumeWatch(deps: VolumeWatchDeps): () => Promise<void> {
  return repeat(() => watchVolume(deps), { everyMs: EVERY_MS, waitsFirst: true, log: deps.log, failure: "app.volume_watch_failed" }).stop;
}

/** One look. Null: nothing unusual, or too little history to say. */
export async function watchVolume(deps: VolumeWatchDeps): Promise<Published | null> {
  const rules = deps.rules ?? VOLUME_RULES;
  const nowMs = deps.clock.nowMs();
  const verdict = measureVolume(await countVolume(deps.database, deps.tenantId, new Date(nowMs), rules.windowMinutes), rules);
  if (verdict === null || !verdict.isSpike) return null;
  const hour = new Date(Math.floor(nowMs / HOUR_MS) * HOUR_MS).toISOString();
  const { observed, usual, basis } = verdict;
  const event = volumeSpiked(hour, { windowMinutes: rules.windowMinutes, observed, usual, factor: Math.round((observed / Math.max(usual, 0.01)) * 100) / 100, since: new Date(nowMs - rules.windowMinutes * 60_000).toISOString(), basis });
  return publishEvent(deps, deps.tenantId, toCloudEvent(event, new Date(nowMs)));
}
