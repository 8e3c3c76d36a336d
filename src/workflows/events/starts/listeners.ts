import type { Log } from "../../../lib/log.ts";
import type { Schedule } from "../../document/definition.ts";
import { isTimeZone } from "../schedules/schedule.ts";
import { typesOf, type ActiveWorkflows, type Listener } from "./start-on-event.ts";

/** The active workflows with a schedule, read from their documents once per set of versions. */
export type Listeners = {
  /** Those that start on events of this type. */
  of(tenantId: string, eventType: string): Promise<readonly Listener[]>;
  scheduled(tenantId: string): Promise<Scheduled>;
  /** By tenant, the `mark` whose schedules this process has stored already. */
  storedMarks: Map<string, string>;
};

export type Clocked = { namespace: string; name: string; hash: string; schedule: Exclude<Schedule, { kind: "on" }>; /** IANA name; `metadata.timezone` of the document, else UTC. */ timeZone: string };
/** `mark` changes when and only when the set of active versions does. */
export type Scheduled = { mark: string; byType: ReadonlyMap<string, readonly Listener[]>; clocked: readonly Clocked[] };

export function createListeners(deps: { workflows: ActiveWorkflows; log: Log }): Listeners {
  const known = new Map<string, Scheduled>();
  const scheduled = async (tenantId: string): Promise<Scheduled> => {
    const rows = await deps.workflows.active(tenantId);
    const mark = rows.map((row) => row.hash).sort().join();
    const kept = known.get(tenantId);
    if (kept?.mark === mark) return kept;
    const read = await readScheduled(deps, tenantId, rows, mark);
    known.set(tenantId, read);
    return read;
  };
  return {
    scheduled, storedMarks: new Map(),
    of: async (tenantId, eventType) => listenersTo(await scheduled(tenantId), eventType),
  };
}

/** Those that start on events of a type, in one order for all, so that two events never wait for each other's locks. */
export function listenersTo({ byType }: Scheduled, eventType: string): Listener[] {
  const found = new Set([...(byType.get(eventType) ?? []), ...(byType.get("*") ?? [])]);
  return [...found].sort((a, b) => (a.hash < b.hash ? -1 : 1));
}

async function readScheduled(deps: { workflows: ActiveWorkflows; log: Log }, tenantId: string, rows: Awaited<ReturnType<ActiveWorkflows["active"]>>, mark: string): Promise<Scheduled> {
  const byType = new Map<string, Listener[]>();
  const clocked: Clocked[] = [];
  for (const { hash, namespace, name } of rows) {
    const { definition } = await deps.workflows.load(tenantId, hash);
    const { schedule } = definition;
    if (schedule === null) continue;
    if (schedule.kind !== "on") {
      clocked.push({ namespace, name, hash, schedule, timeZone: timeZoneOf(deps.log, definition.document.metadata["timezone"], `${namespace}/${name}`) });
      continue;
    }
    const listener: Listener = { namespace, name, hash, language: definition.language, on: schedule.on };
    for (const type of typesOf(schedule.on)) byType.set(type, [...(byType.get(type) ?? []), listener]);
  }
  return { mark, byType, clocked };
}

/** One that a document published before it was checked may name wrongly. */
function timeZoneOf(log: Log, given: unknown, workflow: string): string {
  if (given === undefined) return "UTC";
  if (typeof given === "string" && isTimeZone(given)) return given;
  log.warn("events.time_zone_unknown", { workflow, timeZone: given });
  return "UTC";
}
