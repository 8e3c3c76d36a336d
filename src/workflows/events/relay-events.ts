import { isRetryable, messageOf } from "../../lib/app-error.ts";
import type { CloudEvent } from "./cloud-event.ts";
import { repeat, type Repeated } from "../../lib/repeat.ts";
import { claimPending, finishEvent, listDueStarts, purgeEvents } from "./event.store.ts";
import { listenersTo } from "./starts/listeners.ts";
import { carryOut, handleEvent, withinDepth, type EventDeps, type EventOutcome } from "./publish-event.ts";
import { fireSchedules, syncSchedules } from "./schedules/run-schedules.ts";
import { listDueDeliveries } from "./waits/wait.store.ts";

/** `wake`: own events were told just now, look at once. */
export type EventRelay = Repeated;

const EVERY_MS = 500;
/** What was begun so lately is still being done by whoever began it. */
const GRACE_MS = 5_000;
const BATCH = 200;
/** How long an event is kept, and with it the knowledge that it was told before. */
const KEPT_MS = 30 * 86_400_000;
const PURGE_EVERY_MS = 3_600_000;

/**
 * Carries on what is stored and not done: own events told in other transactions, runs not resumed or started yet, schedules that
 * are due. Every process may run one: rows are claimed by lock, and what follows is idempotent.
 */
export function startEventRelay(deps: EventDeps & { tenantId: string }): EventRelay {
  let purgedAtMs = deps.clock.nowMs();
  const round = async () => {
    await relayOnce(deps, deps.tenantId);
    if (deps.clock.nowMs() - purgedAtMs < PURGE_EVERY_MS) return;
    purgedAtMs = deps.clock.nowMs();
    await purgeEvents(deps.database, deps.tenantId, new Date(purgedAtMs - KEPT_MS));
  };
  return repeat(round, { everyMs: EVERY_MS, waitsFirst: false, log: deps.log, failure: "events.relay_failed" });
}

/** One round of the relay. Exported for tests, which step the clock. */
export async function relayOnce(deps: EventDeps, tenantId: string): Promise<void> {
  for (let count = 0; count < BATCH; count += 1) {
    const outcome = await handleNext(deps, tenantId);
    if (outcome === null) break;
    await carryOut(deps, tenantId, outcome);
  }
  await syncSchedules(deps, tenantId);
  await carryOut(deps, tenantId, { deliveries: [], starts: await fireSchedules(deps, tenantId) });
  const olderThan = new Date(deps.clock.nowMs() - GRACE_MS);
  const deliveries = await listDueDeliveries(deps.database, tenantId, olderThan, BATCH);
  const starts = await listDueStarts(deps.database, tenantId, olderThan, BATCH);
  if (deliveries.length + starts.length > 0) await carryOut(deps, tenantId, { deliveries, starts, mayBeRepeat: true });
}

async function handleNext(deps: EventDeps, tenantId: string): Promise<EventOutcome | null> {
  const at = new Date(deps.clock.nowMs());
  const scheduled = await deps.listeners.scheduled(tenantId);
  const held: { event: CloudEvent | null } = { event: null };
  return deps.database.transaction(tenantId, async (query) => {
    const event = await claimPending(query, tenantId);
    if (event === null) return null;
    held.event = event;
    const outcome = await handleEvent(deps, query, tenantId, event, withinDepth(deps, listenersTo(scheduled, event.type), event), at);
    if (outcome.listeners === 0) await finishEvent(query, tenantId, event, 0, [], at);
    return outcome;
  }).catch((error: unknown) => setAside(deps, tenantId, held.event, error));
}

/** An event that nobody can handle must not stand before all others for ever: it is closed, and the log says why. */
async function setAside(deps: EventDeps, tenantId: string, event: CloudEvent | null, error: unknown): Promise<EventOutcome> {
  if (event === null || isRetryable(error)) throw error;
  deps.log.error("events.not_handled", { eventType: event.type, eventId: event.id, error: messageOf(error) });
  const at = new Date(deps.clock.nowMs());
  await deps.database.transaction(tenantId, (query) => finishEvent(query, tenantId, event, 0, [], at));
  return { listeners: 0, deliveries: [], starts: [] };
}
