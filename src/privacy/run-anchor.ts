import { z } from "zod";
import { isInterruption } from "../durable/durable.errors.ts";
import type { Durable } from "../durable/durable.ts";
import { messageOf } from "../lib/app-error.ts";
import type { Log } from "../lib/log.ts";
import { anchorLedger, type AnchorDeps } from "../observe/ledger-anchor.ts";
import { readLedgerKeys } from "../observe/ledger-proof.store.ts";
import { endJob } from "./daily-job.store.ts";
import type { AnchorPlace } from "./keep-anchor.ts";
import type { DailyJob } from "./schedule-daily.ts";

/** Signs the end of the chain once a day, and keeps it outside. */
export const ANCHOR_JOB: DailyJob = { name: "ledger_anchor", service: "ledger_anchor", cron: "7 1 * * *" };

export const anchorInput = z.object({ tenantId: z.string() });

export type RunAnchorDeps = AnchorDeps & { places: readonly AnchorPlace[]; log: Log };

/** How often a place that is away is tried. */
const TRIES = 5;
const PAUSE_MS = 10 * 60_000;

/** One day's anchor as an invocation. A place that stays away for an hour is told in the log and in the job's state; the anchor stands in the ledger all the same. */
export async function runAnchor(deps: RunAnchorDeps, durable: Pick<Durable, "step" | "sleep">, { tenantId }: { tenantId: string }): Promise<"done" | "failed"> {
  const end = (error: string | null) => durable.step("end", () => endJob(deps.database, tenantId, ANCHOR_JOB.name, { at: new Date(deps.clock.nowMs()), error, report: null }));
  try {
    const anchor = await durable.step("anchor", () => anchorLedger(deps, tenantId));
    const failures: string[] = [];
    for (const place of anchor === null ? [] : deps.places) {
      const failure = await keepAt(deps, durable, place, tenantId);
      if (failure !== null) failures.push(`${place.name}: ${failure}`);
    }
    await end(failures.length === 0 ? null : failures.join("; ").slice(0, 2_000));
    return failures.length === 0 ? "done" : "failed";
  } catch (error) {
    if (isInterruption(error)) throw error;
    deps.log.error("privacy.anchor_failed", { tenantId, error: messageOf(error) });
    await end(messageOf(error).slice(0, 2_000));
    return "failed";
  }
}

/** Null: it is kept there. */
async function keepAt(deps: RunAnchorDeps, durable: Pick<Durable, "step" | "sleep">, place: AnchorPlace, tenantId: string): Promise<string | null> {
  for (let attempt = 1; ; attempt += 1) {
    const failure = await durable.step(`keep ${place.name}`, () => keepOnce(deps, place, tenantId));
    if (failure === null || attempt === TRIES) return failure;
    await durable.sleep(PAUSE_MS);
  }
}

async function keepOnce(deps: RunAnchorDeps, place: AnchorPlace, tenantId: string): Promise<string | null> {
  const anchor = await anchorLedger(deps, tenantId);
  const key = (await readLedgerKeys(deps.database, tenantId)).find(({ id }) => id === anchor?.keyId);
  if (anchor === null || key === undefined) return null;
  try {
    await place.keep({ tenantId, anchor, key });
    return null;
  } catch (error) {
    deps.log.warn("privacy.anchor_not_kept", { tenantId, place: place.name, error: messageOf(error) });
    return messageOf(error);
  }
}
