import type { DurableEngine } from "../../durable/durable.ts";
import { AppError, messageOf } from "../../lib/app-error.ts";
import type { Clock } from "../../lib/clock.ts";
import type { Log } from "../../lib/log.ts";
import type { Database, TransactionQuery } from "../../storage/database.ts";
import { deriveRunId } from "../run/run-input.ts";
import { startRun } from "../run/start-run.ts";
import { holdsNul, type CloudEvent } from "./cloud-event.ts";
import type { EventSink } from "./waits/event-waits.ts";
import { finishEvent, insertEvent, lockCollection, markStarted, markStartFailed, readListeners, saveCollection, storeEvent, type PendingStart } from "./event.store.ts";
import { eventDepth, MAX_EVENT_DEPTH } from "./event-depth.ts";
import { eventInvalid } from "./events.errors.ts";
import { orAnything, type EventMatcher } from "./waits/match-filter.ts";
import { eventGroups, gather, isImmediate, type Listener } from "./starts/start-on-event.ts";
import type { Listeners } from "./starts/listeners.ts";
import { appendDeliveries, listShapes, lockCandidates, markDelivered, type DueDelivery, type WaitMatch } from "./waits/wait.store.ts";

export type EventDeps = { database: Database; engine: () => DurableEngine; matcher: EventMatcher; listeners: Listeners; clock: Clock; log: Log; /** Of the product; runs see it as `$runtime.version`. */ version: string };

/** `listeners`: runs that waited for it, and workflows that start on it or gather it. */
export type Published = { kind: "accepted" | "duplicate"; listeners: number };

/** What follows from an event once it is stored; whatever is not done at once the relay does. */
export type EventOutcome = { listeners: number; deliveries: DueDelivery[]; starts: PendingStart[] };

/**
 * Takes an event in: stored once by source and id, in the same transaction handed to every run that waits for it and to every
 * workflow that starts on it; then runs are resumed and started. Beyond `MAX_EVENT_DEPTH` no run is started.
 *
 * Errors: `events.invalid` (422) for a NUL character, which the database cannot hold; `storage.unavailable` (retryable). Once it returns,
 * nothing is lost: what the engine could not take yet is tried again until it does.
 * Replay: the same event again changes nothing and answers `duplicate`.
 * `isFirst`: asked in that transaction where something besides the id tells a repeat; false makes it one.
 */
export async function publishEvent(deps: EventDeps, tenantId: string, event: CloudEvent, isFirst?: (query: TransactionQuery, at: Date) => Promise<boolean>): Promise<Published> {
  if (holdsNul(event)) throw eventInvalid({ message: "The event holds the character NUL, which cannot be stored." });
  const heardBy = withinDepth(deps, await deps.listeners.of(tenantId, event.type), event);
  const at = new Date(deps.clock.nowMs());
  const atOnce = isFirst === undefined ? await storeAtOnce(deps, tenantId, event, heardBy, at) : null;
  const outcome = atOnce ?? (await deps.database.transaction(tenantId, async (query) => {
    const isNew = ((await isFirst?.(query, at)) ?? true) && (await insertEvent(query, tenantId, event, at));
    return isNew ? handleEvent(deps, query, tenantId, event, heardBy, at) : null;
  }));
  if (outcome === null) return { kind: "duplicate", listeners: (await readListeners(deps.database, tenantId, event)) ?? 0 };
  await carryOut(deps, tenantId, outcome);
  return { kind: "accepted", listeners: outcome.listeners };
}

/** Nobody, and a line in the log for each, when runs have begun one another through events too often: a circle would never end. */
export function withinDepth(deps: Pick<EventDeps, "matcher" | "log">, heardBy: readonly Listener[], event: CloudEvent): readonly Listener[] {
  if (eventDepth(event) <= MAX_EVENT_DEPTH) return heardBy;
  for (const listener of heardBy) {
    if (isImmediate(listener.on) && !gather(deps.matcher, listener, [], event).isHeard) continue;
    deps.log.error("events.too_deep", { workflow: `${listener.namespace}/${listener.name}`, eventType: event.type, eventId: event.id, depth: eventDepth(event), reason: `no run was started: ${MAX_EVENT_DEPTH} runs have begun one another through their events; does the workflow emit what it starts on?` });
  }
  return [];
}

/** The short way, of one statement: no wait is concerned and no workflow gathers. Null: it is not open, or the event is known. */
async function storeAtOnce(deps: EventDeps, tenantId: string, event: CloudEvent, heardBy: readonly Listener[], at: Date): Promise<EventOutcome | null> {
  if (!heardBy.every((listener) => isImmediate(listener.on))) return null;
  const starts = heardBy.filter((listener) => gather(deps.matcher, listener, [], event).isHeard).map((listener) => startOf(tenantId, listener, event, [event]));
  const stored = await storeEvent(deps.database, tenantId, event, starts.length, starts, at);
  return stored === "stored" ? { listeners: starts.length, starts, deliveries: [] } : null;
}

/** The tenant is part of the id: two may have the same document and be told the same event, and share one engine. */
function startOf(tenantId: string, listener: Listener, event: CloudEvent, events: readonly CloudEvent[]): PendingStart {
  return { runId: deriveRunId("event", tenantId, event.source, event.id, listener.hash), hash: listener.hash, input: events, startedBy: `event ${event.type}` };
}

/** The way `emit` takes. */
export function createEventSink(deps: EventDeps): EventSink {
  return {
    async publish(tenantId, event) {
      await publishEvent(deps, tenantId, event);
    },
  };
}

/** Everything an event changes in the store, in the transaction that holds the event. */
export async function handleEvent(deps: EventDeps, query: TransactionQuery, tenantId: string, event: CloudEvent, heardBy: readonly Listener[], at: Date): Promise<EventOutcome> {
  const matches = await matchWaits(deps, query, tenantId, event);
  await appendDeliveries(query, tenantId, event, matches, at);
  const starts: PendingStart[] = [];
  let started = 0;
  for (const listener of heardBy) {
    const events = await gatherFor(deps, query, tenantId, listener, event, at);
    if (!events.isHeard) continue;
    started += 1;
    if (events.events !== null) starts.push(startOf(tenantId, listener, event, events.events));
  }
  const listeners = matches.length + started;
  if (listeners > 0) await finishEvent(query, tenantId, event, listeners, starts, at);
  return { listeners, starts, deliveries: matches.flatMap(({ wait, filter }) => (wait.externalId === null ? [] : [{ waitId: wait.waitId, externalId: wait.externalId, delivery: { seq: wait.lastSeq + 1, filter, event } }])) };
}

async function matchWaits(deps: EventDeps, query: TransactionQuery, tenantId: string, event: CloudEvent): Promise<WaitMatch[]> {
  const keys = (await listShapes(query, tenantId, event.type)).flatMap((matchFrom) => {
    const matchValue = deps.matcher.keyValue(matchFrom, event);
    return matchValue === null ? [] : [{ matchFrom, matchValue }];
  });
  if (keys.length === 0) return [];
  const candidates = await lockCandidates(query, tenantId, event.type, keys);
  return candidates.flatMap((wait) => {
    for (const [filter, wanted] of orAnything(wait.filters).entries()) {
      if (wait.isOncePerFilter && wait.taken.includes(filter)) continue;
      const correlation = deps.matcher.match(wanted, event, wait);
      if (correlation !== null) return [{ wait, filter, correlation }];
    }
    return [];
  });
}

async function gatherFor(deps: EventDeps, query: TransactionQuery, tenantId: string, listener: Listener, event: CloudEvent, at: Date): Promise<{ isHeard: boolean; events: CloudEvent[] | null }> {
  if (isImmediate(listener.on)) return gather(deps.matcher, listener, [], event);
  const kept = await lockCollection(query, tenantId, listener, at);
  const gathered = gather(deps.matcher, listener, eventGroups.catch([]).parse(kept ?? []), event);
  if (gathered.isHeard) await saveCollection(query, tenantId, listener, gathered.groups, at);
  return gathered;
}

/** Resumes and starts runs; what fails stays due in the store. */
export async function carryOut(deps: EventDeps, tenantId: string, due: Pick<EventOutcome, "deliveries" | "starts"> & { mayBeRepeat?: boolean }): Promise<void> {
  const at = () => new Date(deps.clock.nowMs());
  const resumed = await Promise.all(due.deliveries.map((each) => resume(deps, each)));
  const delivered = due.deliveries.filter((_, index) => resumed[index] === true);
  if (delivered.length > 0) await markDelivered(deps.database, tenantId, delivered, at());
  const begun = await Promise.all(due.starts.map((start) => begin(deps, tenantId, start, due.mayBeRepeat ?? false)));
  const started = due.starts.filter((_, index) => begun[index] === true).map((start) => start.runId);
  if (started.length > 0) await markStarted(deps.database, tenantId, started, at());
}

async function resume(deps: EventDeps, due: DueDelivery): Promise<boolean> {
  try {
    await deps.engine().resolve(due.externalId, [due.delivery]);
    return true;
  } catch (error) {
    deps.log.warn("events.not_delivered", { waitId: due.waitId, error: messageOf(error) });
    return false;
  }
}

async function begin(deps: EventDeps, tenantId: string, start: PendingStart, mayBeRepeat: boolean): Promise<boolean> {
  try {
    await startRun(deps, { tenantId, ...start, mayBeRepeat });
    return true;
  } catch (error) {
    const isOver = error instanceof AppError && !error.isRetryable;
    deps.log.warn("events.not_started", { runId: start.runId, isOver, error: messageOf(error) });
    await markStartFailed(deps.database, tenantId, start.runId, messageOf(error), isOver, new Date(deps.clock.nowMs()));
    return false;
  }
}
