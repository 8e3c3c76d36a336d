import { messageOf } from "../../lib/app-error.ts";
import { nextCron } from "../../lib/next-cron.ts";
import { repeat } from "../../lib/repeat.ts";
import type { HealthView } from "../../shapes/knowledge-upkeep.ts";
import { countFindings } from "./finding.store.ts";
import { countGaps } from "../gaps/gap.store.ts";
import { UPKEEP_SERVICE } from "./run-upkeep.ts";
import type { UpkeepDeps } from "./upkeep-deps.ts";
import { claimDue, readState, setDue } from "./upkeep.store.ts";

const EVERY_MS = 1_000;
/** Every day at a quiet hour, UTC. */
const DAILY = "17 3 * * *";
const DAY_MS = 86_400_000;
/** A look that was handed to the engine and has not ended by then is handed on again; it never runs twice at once. */
const LOST_MS = 6 * 3_600_000;
const AGAIN_MS = 60_000;

type ScheduleDeps = Pick<UpkeepDeps, "database" | "clock" | "log" | "engine">;

/** Begins the look when it is due. Every process may do so: each is claimed once. Returns the way to stop. */
export function scheduleUpkeep(deps: ScheduleDeps, tenantId: string): () => Promise<void> {
  let isKnown = false;
  const starting = repeat(async () => {
    if (!isKnown) await setDue(deps.database, tenantId, { nextAt: new Date(nextLookMs(deps.clock.nowMs())), isForced: false });
    isKnown = true;
    await startDue(deps, tenantId);
  }, { everyMs: EVERY_MS, waitsFirst: true, log: deps.log, failure: "knowledge.upkeep_schedule_failed" });
  return () => starting.stop();
}

async function startDue(deps: ScheduleDeps, tenantId: string): Promise<void> {
  const nowMs = deps.clock.nowMs();
  const at = new Date(nowMs);
  if (!(await claimDue(deps.database, tenantId, { at, nextAt: new Date(nextLookMs(nowMs)), lostBefore: new Date(nowMs - LOST_MS) }))) return;
  try {
    await deps.engine().start({ service: UPKEEP_SERVICE, handler: "run", key: tenantId, input: { tenantId }, idempotencyKey: `${tenantId}:${at.toISOString()}` });
  } catch (error) {
    deps.log.warn("knowledge.upkeep_not_handed_on", { tenantId, error: messageOf(error) });
    await setDue(deps.database, tenantId, { nextAt: new Date(nowMs + AGAIN_MS), isForced: true });
  }
}

function nextLookMs(nowMs: number): number {
  return nextCron(DAILY, "UTC", nowMs) ?? nowMs + DAY_MS;
}

/** Has the next look begin at once; the running Baton takes it up. */
export async function requestUpkeep({ database, clock }: Pick<UpkeepDeps, "database" | "clock">, tenantId: string): Promise<void> {
  await setDue(database, tenantId, { nextAt: new Date(clock.nowMs()), isForced: true });
}

export async function readHealth({ database, clock }: Pick<UpkeepDeps, "database" | "clock">, tenantId: string): Promise<HealthView> {
  const [state, gaps, findings] = await Promise.all([readState(database, tenantId), countGaps(database, tenantId), countFindings(database, tenantId)]);
  const isRunning = state !== null && state.handedAt !== null && (state.endedAt === null || state.endedAt < state.handedAt);
  return {
    state: isRunning || (state !== null && Date.parse(state.nextAt) <= clock.nowMs()) ? "running" : state !== null && state.error !== null ? "failed" : "waiting",
    lastAt: state?.endedAt ?? null, nextAt: state?.nextAt ?? new Date(nextLookMs(clock.nowMs())).toISOString(), error: state?.error ?? null, gaps, findings,
  };
}
