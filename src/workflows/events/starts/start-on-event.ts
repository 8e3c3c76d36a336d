import { z } from "zod";
import type { EventConsumption, EventFilter, WorkflowSource } from "../../document/definition.ts";
import { cloudEvent, type CloudEvent } from "../cloud-event.ts";
import { typeOf } from "../waits/filter-values.ts";
import { NO_SCOPE, orAnything, type EventMatcher } from "../waits/match-filter.ts";

/** Active versions; both cached by whoever gives them. */
export type ActiveWorkflows = {
  active(tenantId: string): Promise<readonly { hash: string; namespace: string; name: string }[]>;
  load(tenantId: string, hash: string): Promise<WorkflowSource>;
};

/** A workflow that starts on events. */
export type Listener = { namespace: string; name: string; hash: string; language: "jq" | "cel"; on: EventConsumption };

/** Events of one occasion (one value of its correlations) that a workflow has gathered: by filter, in order, and those of `until`. */
const group = z.object({ correlation: z.record(z.string(), z.unknown()), byFilter: z.array(cloudEvent.nullable()), events: z.array(cloudEvent), until: z.array(z.number()) });
export type EventGroup = z.infer<typeof group>;
export const eventGroups = z.array(group);

const MAX_GROUPS = 1_000;
const MAX_EVENTS = 1_000;

/** Whether one event is enough, so that nothing has to be kept. */
export function isImmediate(on: EventConsumption): boolean {
  return on.kind === "one" || (on.kind === "any" && on.until === null);
}

/** The types a consumption names; `*` where it can be any. */
export function typesOf(on: EventConsumption): string[] {
  const types = filtersOf(on).map(typeOf);
  return [...new Set(on.kind === "any" && typeof on.until === "object" && on.until !== null ? [...types, ...typesOf(on.until)] : types)];
}

export function filtersOf(on: EventConsumption): readonly EventFilter[] {
  return on.kind === "one" ? [on.filter] : orAnything(on.filters);
}

export type Gathered = { groups: EventGroup[]; isHeard: boolean; /** Set when a run begins: its input. */ events: CloudEvent[] | null };

/**
 * What an event does to a workflow's `schedule.on`: nothing, one more event gathered, or a run with the events as its input.
 *
 * Replay: pure. `all` gives the events in the order of its filters, the others in the order they came.
 */
export function gather(matcher: EventMatcher, listener: Listener, groups: readonly EventGroup[], event: CloudEvent): Gathered {
  const { on, language } = listener;
  const matchIn: MatchIn = (filter, of) => matcher.match(filter, event, { language, scope: NO_SCOPE, correlation: of?.correlation ?? {} });
  const filters = filtersOf(on);
  if (isImmediate(on)) {
    const isHeard = filters.some((filter) => matchIn(filter, null) !== null);
    return { groups: [...groups], isHeard, events: isHeard ? [event] : null };
  }
  if (on.kind === "any" && typeof on.until === "object" && on.until !== null) {
    const told = endedBy(on.until, groups, matchIn);
    if (told !== null) return { groups: groups.flatMap((each) => (each !== told.before ? [each] : told.isOver ? [] : [told.after])), isHeard: true, events: told.isOver ? told.after.events : null };
  }
  const place = placeFor(on, filters, groups, matchIn);
  if (place === null) return { groups: [...groups], isHeard: false, events: null };
  const next = withEvent(on, filters.length, place, event);
  const full = on.kind === "all" ? next.byFilter.filter((each) => each !== null) : next.events;
  const isOver = on.kind === "all" ? full.length === filters.length : on.kind === "any" && typeof on.until === "string" && matcher.test(on.until, language, next.events);
  const others = groups.filter((each) => each !== place.group);
  return isOver ? { groups: others, isHeard: true, events: full } : { groups: [...others, next].slice(-MAX_GROUPS), isHeard: true, events: null };
}

type MatchIn = (filter: EventFilter, of: EventGroup | null) => Record<string, unknown> | null;
type GroupPlace = { group: EventGroup | null; filter: number; correlation: Record<string, unknown> };

/** The oldest group that still wants the event, else a new one; null when no filter matches. */
function placeFor(on: EventConsumption, filters: readonly EventFilter[], groups: readonly EventGroup[], matchIn: MatchIn): GroupPlace | null {
  for (const group of [...groups, null]) {
    for (const [index, filter] of filters.entries()) {
      if (on.kind === "all" && (group?.byFilter[index] ?? null) !== null) continue;
      const correlation = matchIn(filter, group);
      if (correlation !== null) return { group, filter: index, correlation };
    }
  }
  return null;
}

function withEvent(on: EventConsumption, filterCount: number, place: GroupPlace, event: CloudEvent): EventGroup {
  const byFilter = Array.from({ length: filterCount }, (_, index) => (on.kind === "all" && index === place.filter ? event : (place.group?.byFilter[index] ?? null)));
  const events = on.kind === "all" ? [] : [...(place.group?.events ?? []), event].slice(-MAX_EVENTS);
  return { correlation: place.correlation, byFilter, events, until: place.group?.until ?? [] };
}

/** The group that this event tells to stop; an `all` as `until` is over when each of its filters has had its event. */
function endedBy(until: EventConsumption, groups: readonly EventGroup[], matchIn: MatchIn): { before: EventGroup; after: EventGroup; isOver: boolean } | null {
  const filters = filtersOf(until);
  for (const before of groups) {
    const index = filters.findIndex((filter, place) => !before.until.includes(place) && matchIn(filter, before) !== null);
    if (index < 0) continue;
    const after = { ...before, until: [...before.until, index] };
    return { before, after, isOver: until.kind !== "all" || after.until.length === filters.length };
  }
  return null;
}
