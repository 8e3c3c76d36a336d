import { z } from "zod";
import { cloudEvent, type CloudEvent } from "./cloud-event.ts";

/** How many runs may follow one another, each begun by an event of the one before. */
export const MAX_EVENT_DEPTH = 10;

const carried = z.object({ batondepth: z.coerce.number().int().min(0).catch(0) });
const causes = z.array(z.unknown()).catch([]);

/** How many runs stand before an event, one begun by another's event; 0 for what comes from outside. Pure. */
export function eventDepth(event: unknown): number {
  return carried.safeParse(event).data?.batondepth ?? 0;
}

/** An event as a run emits it: one deeper than the deepest of the events the run began with. `runInput`: of the run, not of the task. Pure. */
export function asCausedBy(event: CloudEvent, runInput: unknown): CloudEvent {
  return cloudEvent.parse({ ...event, batondepth: 1 + Math.max(0, ...causes.parse(runInput).map(eventDepth)) });
}
