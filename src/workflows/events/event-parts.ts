import type { DurableEngine } from "../../durable/durable.ts";
import type { Clock } from "../../lib/clock.ts";
import type { Log } from "../../lib/log.ts";
import type { Database } from "../../storage/database.ts";
import type { EventSink, EventWaits } from "./event-waits.ts";
import { createListeners } from "./listeners.ts";
import { createEventMatcher, type Languages } from "./match-filter.ts";
import { createEventSink, type EventDeps } from "./publish-event.ts";
import type { ActiveWorkflows } from "./start-on-event.ts";
import { createStoredWaits } from "./stored-waits.ts";

/** `waits` and `sink` for the interpreter; `deps` for the door, the relay and whoever tells an event. */
export type EventParts = { deps: EventDeps; waits: EventWaits; sink: EventSink };

export function createEventParts(given: { database: Database; engine: () => DurableEngine; versions: ActiveWorkflows; languages: Languages; clock: Clock; log: Log }): EventParts {
  const { database, engine, clock, log } = given;
  const matcher = createEventMatcher(given.languages);
  const deps: EventDeps = { database, engine, matcher, clock, log, listeners: createListeners({ workflows: given.versions, log }) };
  return { deps, waits: createStoredWaits({ database, matcher, clock }), sink: createEventSink(deps) };
}
