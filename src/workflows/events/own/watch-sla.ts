import type { Clock } from "../../../lib/clock.ts";
import type { Log } from "../../../lib/log.ts";
import { repeat } from "../../../lib/repeat.ts";
import type { Database } from "../../../storage/database.ts";
import { tellLateAnswers, tellLateHandoffs } from "./sla.store.ts";

/** How long people may take, in minutes; null: no promise. */
export type SlaRules = { handoffMinutes: number | null; answerMinutes: number | null };
export type SlaDeps = { database: Database; clock: Clock; log: Log; tenantId: string; rules: SlaRules; /** Wakes the relay. */ onTold?: () => void };

const EVERY_MS = 15_000;

/** Looks for promises that were missed and tells each as `sla.missed`, once. Every process may watch. Returns the way to stop. */
export function startSlaWatch(deps: SlaDeps): () => Promise<void> {
  return repeat(() => watchSla(deps), { everyMs: EVERY_MS, waitsFirst: true, log: deps.log, failure: "events.sla_watch_failed" }).stop;
}

/** One look; returns how many were told now. What nobody listens to is not told, so a new listener hears of the last day. */
export async function watchSla(deps: SlaDeps): Promise<number> {
  const at = new Date(deps.clock.nowMs());
  const { handoffMinutes, answerMinutes } = deps.rules;
  const handoffs = handoffMinutes === null ? 0 : await tellLateHandoffs(deps.database, deps.tenantId, at, handoffMinutes);
  const answers = answerMinutes === null ? 0 : await tellLateAnswers(deps.database, deps.tenantId, at, answerMinutes);
  if (handoffs + answers > 0) deps.onTold?.();
  return handoffs + answers;
}
