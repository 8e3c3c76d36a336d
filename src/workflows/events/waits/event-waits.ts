import type { EventFilter } from "../../document/definition.ts";
import type { ExpressionScope } from "../../expressions/expression.ts";
import type { CloudEvent } from "../cloud-event.ts";

/**
 * One `listen` task that waits. It stays open from the first `take` to `close`, and everything that matches in between is
 * kept in order, so no event is missed while the run is busy with an earlier one.
 */
export type EventWait = {
  tenantId: string;
  runId: string;
  /** The same on every attempt of the same task and iteration. */
  waitId: string;
  /**
   * An event counts when it matches any of them; empty `with` matches every event. Strings `${ }` in `with` are expressions: on
   * an attribute of the event, over the whole event's value at that key (`data: ${ .temperature > 38 }` sees the data); inside
   * an object, over `scope`, and what they give must be equal (`data: { orderId: '${ .id }' }`).
   * `correlate`: `from` over the event; `expect` over `scope`; without `expect` the wait's first match sets the value.
   */
  filters: readonly EventFilter[];
  language: "jq" | "cel";
  /** What `expect` and expressions in `with` may see beside the event. JSON. */
  scope: Pick<ExpressionScope, "input" | "context" | "variables">;
  /** An event may be taken by a filter only once (`all`: each filter waits for its own event). */
  isOncePerFilter: boolean;
};

/** `seq` counts from 1 within the wait; `filter` is the place in `EventWait.filters` of the first that matched. */
export type EventDelivery = { seq: number; filter: number; event: CloudEvent };

/**
 * Where runs wait for events. Delivery: at least once to the store, and `seq` makes it exactly once for the run.
 *
 * Replay: called inside a journaled step; both calls are idempotent.
 */
export type EventWaits = {
  /**
   * Opens the wait when it is new, then answers what has come with a `seq` above `afterSeq`. When that is nothing, `externalId`
   * is kept, and `DurableEngine.resolve(externalId, deliveries)` is called with a non-empty `EventDelivery[]` once something comes.
   */
  take(wait: EventWait, afterSeq: number, externalId: string): Promise<readonly EventDelivery[]>;
  /** Nothing more is delivered. A wait that is not known is no error. */
  close(tenantId: string, waitId: string): Promise<void>;
};

/** Where `emit` puts events. Publishing the same `source` and `id` again changes nothing. */
export type EventSink = {
  /** Stored, and so sure to be delivered, when it resolves. Throws `storage.unavailable` (retryable). */
  publish(tenantId: string, event: CloudEvent): Promise<void>;
};
