import type { DurableEngine } from "../durable/durable.ts";
import type { Clock } from "../lib/clock.ts";
import type { Log } from "../lib/log.ts";
import { messageOf } from "../lib/app-error.ts";
import { nextCron } from "../lib/next-cron.ts";
import { repeat } from "../lib/repeat.ts";
import type { Database } from "../storage/database.ts";
import { claimJob, setJobDue } from "./daily-job.store.ts";

const EVERY_MS = 2_000;
const DAY_MS = 86_400_000;
/** What was handed to the engine and has not ended by then is handed on again; the engine runs one at a time. */
const LOST_MS = 6 * 3_600_000;
const AGAIN_MS = 60_000;

export type DailyDeps = { database: Database; clock: Clock; log: Log; engine(): DurableEngine };

/** `service`: whose handler `run` does it, keyed by tenant. `cron`: in UTC. */
export type DailyJob = { name: string; service: string; cron: string };

/** Hands the job to the engine when it is due. Every process may do so: each day is claimed once. Returns the way to stop. */
export function scheduleDaily(deps: DailyDeps, tenantId: string, job: DailyJob): () => Promise<void> {
  let isKnown = false;
  const starting = repeat(async () => {
    if (!isKnown) await setJobDue(deps.database, tenantId, job.name, { nextAt: new Date(nextMs(job, deps.clock.nowMs())), isForced: false });
    isKnown = true;
    await startDue(deps, tenantId, job);
  }, { everyMs: EVERY_MS, waitsFirst: true, log: deps.log, failure: "privacy.daily_job_not_begun" });
  return () => starting.stop();
}

async function startDue(deps: DailyDeps, tenantId: string, job: DailyJob): Promise<void> {
  const nowMs = deps.clock.nowMs();
  const at = new Date(nowMs);
  if (!(await claimJob(deps.database, tenantId, job.name, { at, nextAt: new Date(nextMs(job, nowMs)), lostBefore: new Date(nowMs - LOST_MS) }))) return;
  try {
    await deps.engine().start({ service: job.service, handler: "run", key: tenantId, input: { tenantId }, idempotencyKey: `${tenantId}:${at.toISOString()}` });
  } catch (error) {
    deps.log.warn("privacy.daily_job_not_handed_on", { tenantId, job: job.name, error: messageOf(error) });
    await setJobDue(deps.database, tenantId, job.name, { nextAt: new Date(nowMs + AGAIN_MS), isForced: true });
  }
}

function nextMs(job: DailyJob, nowMs: number): number {
  return nextCron(job.cron, "UTC", nowMs) ?? nowMs + DAY_MS;
}
