import type { Clock } from "../../lib/clock.ts";
import { recordInLedger } from "../../observe/ledger.ts";
import type { Database } from "../../storage/database.ts";
import { releaseUnreported, type UnreportedHold } from "./unreported.store.ts";

/**
 * Gives back what processes held that ended without reporting. What `spentMicroUsd` says is charged to each budget it concerns, as far as it was held there; the rest
 * is free again. `budget` null: all budgets. One ledger entry a budget. Returns what was held.
 */
export async function releaseHolds({ database, clock }: { database: Database; clock: Clock }, { tenantId, budget, spentMicroUsd, by }: { tenantId: string; budget: string | null; spentMicroUsd: number; by: string }): Promise<Pick<UnreportedHold, "budget" | "subject" | "microUsd">[]> {
  const at = new Date(clock.nowMs());
  return database.transaction(tenantId, async (query) => {
    const released = await releaseUnreported(query, tenantId, { budget, spentMicroUsd });
    const heldOf = new Map<string, number>();
    for (const each of released) heldOf.set(each.budget, (heldOf.get(each.budget) ?? 0) + each.microUsd);
    await recordInLedger(query, tenantId, [...heldOf].map(([name, heldMicroUsd]) => ({ kind: "budget.released", subjectId: name, actor: by, at, body: { heldMicroUsd, spentMicroUsd: Math.min(spentMicroUsd, heldMicroUsd) } })));
    return released;
  });
}

/**
 * What may have been spent without a record, for sums: a call is held for by every budget that concerns it, so of each process the budget that held most counts.
 * Units: micro-USD. Pure.
 */
export function unreportedSum(holds: readonly UnreportedHold[]): { microUsd: number; processes: number } {
  const byProcess = new Map<string, Map<string, number>>();
  for (const { process, budget, microUsd } of holds) {
    const budgets = byProcess.get(process) ?? new Map<string, number>();
    byProcess.set(process, budgets.set(budget, (budgets.get(budget) ?? 0) + microUsd));
  }
  return { microUsd: [...byProcess.values()].reduce((sum, budgets) => sum + Math.max(...budgets.values()), 0), processes: byProcess.size };
}
