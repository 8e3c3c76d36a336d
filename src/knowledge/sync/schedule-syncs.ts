import { newId } from "../../lib/ids.ts";
import { parseIsoDuration } from "../../lib/iso-duration.ts";
import { nextCron } from "../../lib/next-cron.ts";
import { repeat } from "../../lib/repeat.ts";
import type { Source, SourceSchedule } from "../sources/source.ts";
import { claimDueSources, tellStaleSources } from "../sources/source.store.ts";
import { handOrLeave, type RequestSyncDeps } from "./request-sync.ts";
import { listNeglectedSyncs, putSync, type Sync } from "./sync.store.ts";

const EVERY_MS = 1_000;
const STALE_EVERY_MS = 15_000;
/** A sync that somebody asked for and nobody has begun (the command line, a crash) is begun after this. */
const WAITING_MS = 1_500;
/** A step under way shows itself at least so often; longer, and the engine is asked once more. */
const RUNNING_MS = 15 * 60_000;
const ASK_AGAIN_MS = 60_000;
/** Nothing is synced more often by itself. */
const SHORTEST_MS = 60_000;

/** When a schedule is due next, in ms since the epoch; null: never. Replay: pure. */
export function nextSyncMs(schedule: SourceSchedule | null, afterMs: number): number | null {
  if (schedule === null) return null;
  if ("cron" in schedule) return nextCron(schedule.cron, schedule.timeZone, afterMs);
  const everyMs = parseIsoDuration(schedule.every);
  return everyMs === null || everyMs <= 0 ? null : afterMs + Math.max(SHORTEST_MS, everyMs);
}

/**
 * Begins what is due, what waits and what a crash left, and tells of sources that were not synced in their time. Every process may do
 * so: each due source is claimed once, and a sync that is handed on twice runs once. Returns the way to stop.
 */
export function scheduleSyncs(deps: RequestSyncDeps & { onStale?: () => void }, tenantId: string): () => Promise<void> {
  const starting = repeat(() => startDue(deps, tenantId), { everyMs: EVERY_MS, waitsFirst: true, log: deps.log, failure: "knowledge.schedule_failed" });
  const watching = repeat(() => watchStale(deps, tenantId), { everyMs: STALE_EVERY_MS, waitsFirst: true, log: deps.log, failure: "knowledge.stale_watch_failed" });
  return async () => {
    await Promise.all([starting.stop(), watching.stop()]);
  };
}

/**
 * One look. Returns how many syncs were begun.
 *
 * A due source gets its next time and its sync in one transaction, so that a crash loses no turn. What cannot work (an unknown kind) ends
 * as a failed sync with the reason, and what the engine does not take now is handed on by a later look; neither holds up the others.
 */
export async function startDue(deps: RequestSyncDeps, tenantId: string): Promise<number> {
  const nowMs = deps.clock.nowMs();
  const due = await claimDue(deps, tenantId, nowMs);
  for (const sync of due) {
    if (sync.status === "waiting") await handOrLeave(deps, tenantId, sync);
    deps.live.publish({ kind: "knowledge", tenantId, sourceId: sync.sourceId });
  }
  const neglected = await listNeglectedSyncs(deps.database, tenantId, { waitingBefore: new Date(nowMs - WAITING_MS), runningBefore: new Date(nowMs - RUNNING_MS) });
  for (const sync of neglected) await handOrLeave(deps, tenantId, sync, `${sync.id}:${Math.floor(nowMs / ASK_AGAIN_MS)}`);
  return due.length + neglected.length;
}

function claimDue({ database }: RequestSyncDeps, tenantId: string, nowMs: number): Promise<Sync[]> {
  const at = new Date(nowMs);
  const nextOf = ({ schedule }: Source) => {
    const next = nextSyncMs(schedule, nowMs);
    return next === null ? null : new Date(next);
  };
  return database.transaction(tenantId, async (query) => {
    const syncs: Sync[] = [];
    for (const source of await claimDueSources(query, tenantId, at, nextOf)) syncs.push(await putSync(query, tenantId, { id: newId("sync", nowMs), sourceId: source.id, by: "schedule", acceptRemovals: false, joins: true, at }));
    return syncs;
  });
}

/** Returns the sources that were found stale now. */
export async function watchStale(deps: RequestSyncDeps & { onStale?: () => void }, tenantId: string): Promise<string[]> {
  const stale = await tellStaleSources(deps.database, tenantId, new Date(deps.clock.nowMs()));
  for (const sourceId of stale) {
    deps.log.warn("knowledge.source_stale", { sourceId });
    deps.live.publish({ kind: "knowledge", tenantId, sourceId });
  }
  if (stale.length > 0) deps.onStale?.();
  return stale;
}
