import { messageOf } from "../lib/app-error.ts";
import { measureVolume, VOLUME_RULES, type VolumeRules } from "../workflows/events/measure-volume.ts";
import { toCloudEvent, volumeSpiked } from "../workflows/events/own-events.ts";
import { publishEvent, type EventDeps, type Published } from "../workflows/events/publish-event.ts";
import { countVolume } from "../workflows/events/volume.store.ts";

export type VolumeWatchDeps = EventDeps & { tenantId: string; rules?: VolumeRules };

const EVERY_MS = 60_000;
const HOUR_MS = 3_600_000;

/** Looks once a minute whether contacts write more than is usual for this hour. Every process may watch: the event of an hour is told once. */
export function startVolumeWatch(deps: VolumeWatchDeps): () => Promise<void> {
  let running: Promise<unknown> = Promise.resolve();
  const look = () => {
    running = watchVolume(deps).catch((error: unknown) => deps.log.warn("app.volume_watch_failed", { error: messageOf(error) }));
  };
  const timer = setInterval(look, EVERY_MS);
  return async () => {
    clearInterval(timer);
    await running;
  };
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
