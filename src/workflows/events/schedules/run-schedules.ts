import { deriveRunId } from "../../run/run-input.ts";
import { insertStarts, type PendingStart } from "../event.store.ts";
import type { Clocked } from "../starts/listeners.ts";
import type { EventDeps } from "../publish-event.ts";
import { claimDue, listEndedAfter, markFired, replaceSchedules, setNext, type DueSchedule } from "./schedule.store.ts";
import { nextFiring, ruleText } from "./schedule.ts";

type ScheduleDeps = Pick<EventDeps, "database" | "listeners" | "clock" | "log">;

/** Brings the stored schedules and listened-to types up to the active versions; does nothing while those stay the same. Call it after a publish. */
export async function syncSchedules(deps: ScheduleDeps, tenantId: string): Promise<void> {
  const scheduled = await deps.listeners.scheduled(tenantId);
  if (deps.listeners.storedMarks.get(tenantId) === scheduled.mark) return;
  const nowMs = deps.clock.nowMs();
  const rows = scheduled.clocked.map((workflow) => {
    const next = nextFiring(workflow, { afterMs: nowMs, lastFiredMs: null });
    if (next === null) deps.log.warn("events.schedule_never_fires", { workflow: `${workflow.namespace}/${workflow.name}`, schedule: workflow.schedule });
    return { namespace: workflow.namespace, name: workflow.name, hash: workflow.hash, kind: workflow.schedule.kind, rule: ruleText(workflow), nextAt: next === null ? null : new Date(next) };
  });
  await deps.database.transaction(tenantId, (query) => replaceSchedules(query, tenantId, rows, [...scheduled.byType.keys()]));
  deps.listeners.storedMarks.set(tenantId, scheduled.mark);
}

const LIMIT = 100;

/**
 * Fires what is due: the run to start and the next firing are stored in one transaction under the row's lock, so every firing
 * happens once whichever process makes it. Returns the runs to start now.
 *
 * Time missed while nothing ran is made up by one firing, not by each that was missed.
 */
export async function fireSchedules(deps: ScheduleDeps, tenantId: string): Promise<PendingStart[]> {
  const { clocked } = await deps.listeners.scheduled(tenantId);
  if (clocked.length === 0) return [];
  const byName = new Map(clocked.map((workflow) => [`${workflow.namespace}/${workflow.name}`, workflow]));
  const nowMs = deps.clock.nowMs();
  return deps.database.transaction(tenantId, async (query) => {
    for (const ended of await listEndedAfter(query, tenantId)) {
      const workflow = byName.get(`${ended.namespace}/${ended.name}`);
      const next = workflow === undefined ? null : nextFiring(workflow, { afterMs: Date.parse(ended.endedAt), lastFiredMs: 0 });
      if (next !== null) await setNext(query, tenantId, ended, new Date(next));
    }
    const starts: PendingStart[] = [];
    for (const due of await claimDue(query, tenantId, new Date(nowMs), LIMIT)) {
      const workflow = byName.get(`${due.namespace}/${due.name}`);
      // Another version was published and this process has not heard of it yet: the next round has.
      if (workflow === undefined || workflow.hash !== due.hash) continue;
      const start = { runId: deriveRunId("schedule", tenantId, due.hash, due.nextAt), hash: due.hash, input: {}, startedBy: "schedule" };
      await markFired(query, tenantId, { ...due, runId: start.runId, firedAt: new Date(beatOf(workflow, due, nowMs)), nextAt: afterFiring(workflow, due, nowMs) });
      starts.push(start);
    }
    await insertStarts(query, tenantId, starts, new Date(nowMs));
    return starts;
  });
}

/** `every` counts on from the beat it had, however late the firing was. */
function beatOf(workflow: Clocked, due: DueSchedule, nowMs: number): number {
  return workflow.schedule.kind === "every" ? Date.parse(due.nextAt) : nowMs;
}

function afterFiring(workflow: Clocked, due: DueSchedule, nowMs: number): Date | null {
  if (workflow.schedule.kind === "after") return null;
  const next = nextFiring(workflow, { afterMs: nowMs, lastFiredMs: beatOf(workflow, due, nowMs) });
  return next === null ? null : new Date(next);
}
