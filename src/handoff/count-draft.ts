import { countOutcome, type AutonomyDeps } from "../policy/change-autonomy.ts";
import type { TransactionQuery } from "../storage/database.ts";
import type { DraftRow } from "./draft.store.ts";

/** What a person made of a draft, for the ladder. True when that moved its rule: then tell `onChanged` after the commit. */
export async function countDraft(autonomy: AutonomyDeps, query: TransactionQuery, tenantId: string, draft: Pick<DraftRow, "id" | "autonomy_rule" | "rung">, isOverridden: boolean): Promise<boolean> {
  if (draft.autonomy_rule === null) return false;
  return (await countOutcome(autonomy, query, tenantId, { id: draft.id, rule: draft.autonomy_rule, level: draft.rung, isOverridden })) !== null;
}
