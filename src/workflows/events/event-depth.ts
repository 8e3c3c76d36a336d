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

/**
 * How deep a run stands: as deep as the deepest of the events it began with. A sub-workflow is told by the run around it. What a
 * run hears while it goes on does not count: one run makes a bounded number of effects, so it cannot go round for ever. Pure.
 */
export function runDepth(run: { input: unknown; eventDepth?: number | undefined }): number {
  return run.eventDepth ?? Math.max(0, ...causes.parse(run.input).map(eventDepth));
}

/** An event as a run causes it: one deeper than the run. Pure. */
export function asCausedBy(event: CloudEvent, run: Parameters<typeof runDepth>[0]): CloudEvent {
  return cloudEvent.parse({ ...event, batondepth: 1 + runDepth(run) });
}
