import { z } from "zod";
import { isInterruption } from "../durable/durable.errors.ts";
import type { Durable } from "../durable/durable.ts";
import { messageOf } from "../lib/app-error.ts";
import type { Log } from "../lib/log.ts";
import { retentionReport, type RetentionReport, type RetentionView } from "../shapes/privacy.ts";
import { applyRetention, previewRetention, type RetentionDeps } from "./apply-retention.ts";
import { endJob, readJob } from "./daily-job.store.ts";
import type { RetentionPlan } from "./retention-file.ts";
import type { DailyJob } from "./schedule-daily.ts";

/** Forgets once a day, at a quiet hour. */
export const RETENTION_JOB: DailyJob = { name: "retention", service: "privacy_retention", cron: "41 2 * * *" };

export const retentionInput = z.object({ tenantId: z.string() });

export type RunRetentionDeps = RetentionDeps & { plan: RetentionPlan; log: Log };

/** One day's work as an invocation: a step a batch, so that a crash goes on with the next one. */
export async function runRetention(deps: RunRetentionDeps, durable: Pick<Durable, "step">, { tenantId }: { tenantId: string }): Promise<"done" | "failed"> {
  const end = (error: string | null, report: RetentionReport | null) => durable.step("end", () => endJob(deps.database, tenantId, RETENTION_JOB.name, { at: new Date(deps.clock.nowMs()), error, report }));
  try {
    const report = await applyRetention(deps, { tenantId, plan: deps.plan, by: "retention" }, (name, work) => durable.step(name, () => work()));
    await end(null, report);
    return "done";
  } catch (error) {
    if (isInterruption(error)) throw error;
    deps.log.error("privacy.retention_failed", { tenantId, error: messageOf(error) });
    await end(messageOf(error).slice(0, 2_000), null);
    return "failed";
  }
}

/** What was done last, what comes next, and what would go now. */
export async function readRetention(deps: RetentionDeps, tenantId: string, plan: RetentionPlan): Promise<RetentionView> {
  const [state, preview] = await Promise.all([readJob(deps.database, tenantId, RETENTION_JOB.name), previewRetention(deps, tenantId, plan)]);
  const last = retentionReport.safeParse(state?.report);
  return { next: state?.nextAt ?? null, last: last.success ? last.data : null, lastError: state?.error ?? null, preview };
}
