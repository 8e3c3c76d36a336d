import type { CloudEvent } from "../../events/cloud-event.ts";
import type { EventDelivery, EventSink, EventWait, EventWaits } from "../../events/waits/event-waits.ts";
import type { EventMatcher } from "../../events/waits/match-filter.ts";
import type { VirtualEngine } from "../virtual/virtual-engine.ts";

/** Waits for events in memory, by the same matcher as the stored ones. */
export type MemoryEvents = {
  waits: EventWaits;
  sink: EventSink;
  /** Whether a run listens for such an event now. */
  isAwaited(event: CloudEvent): boolean;
  deliver(event: CloudEvent): void;
};

type Open = EventWait & { correlation: Record<string, unknown>; taken: Set<number>; deliveries: EventDelivery[]; externalId: string | null; isClosed: boolean };

export function createMemoryEvents(matcher: EventMatcher, engine: () => VirtualEngine): MemoryEvents {
  const open = new Map<string, Open>();
  const known = new Set<string>();
  const find = (wait: Open, event: CloudEvent) => {
    const filters = wait.filters.length === 0 ? [{ with: {}, correlate: {} }] : wait.filters;
    for (const [filter, wanted] of filters.entries()) {
      if (wait.isClosed || (wait.isOncePerFilter && wait.taken.has(filter))) continue;
      const correlation = matcher.match(wanted, event, wait);
      if (correlation !== null) return { filter, correlation };
    }
    return null;
  };
  const deliver = (event: CloudEvent) => {
    if (known.has(`${event.source} ${event.id}`)) return;
    known.add(`${event.source} ${event.id}`);
    for (const wait of open.values()) {
      const found = find(wait, event);
      if (found === null) continue;
      wait.taken.add(found.filter);
      wait.correlation = found.correlation;
      const delivery: EventDelivery = { seq: wait.deliveries.length + 1, filter: found.filter, event };
      wait.deliveries.push(delivery);
      const { externalId } = wait;
      wait.externalId = null;
      if (externalId !== null) void engine().resolve(externalId, [delivery]);
    }
  };
  return {
    deliver,
    isAwaited: (event) => [...open.values()].some((wait) => find(wait, event) !== null),
    sink: {
      async publish(_, event) {
        deliver(event);
      },
    },
    waits: {
      async take(wait, afterSeq, externalId) {
        const key = `${wait.tenantId}/${wait.waitId}`;
        const found: Open = open.get(key) ?? { ...wait, correlation: {}, taken: new Set(), deliveries: [], externalId: null, isClosed: false };
        open.set(key, found);
        const come = found.deliveries.filter((delivery) => delivery.seq > afterSeq);
        if (come.length === 0) found.externalId = externalId;
        return come;
      },
      async close(tenantId, waitId) {
        const found = open.get(`${tenantId}/${waitId}`);
        if (found !== undefined) Object.assign(found, { isClosed: true, externalId: null });
      },
    },
  };
}
