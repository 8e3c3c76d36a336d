import { recordInLedger } from "../../observe/ledger.ts";
import type { TransactionQuery } from "../../storage/database.ts";
import { withdrawWaiting, type Withdrawn, type WithdrawnOf } from "./approval-change.store.ts";

/**
 * Takes back what nobody has decided: its run or its case is over, or the contact wants it no longer. What was decided stays
 * decided. The calls that waited end as denied; whoever sleeps for them is woken by `tell`, or by `tellDecisions`.
 */
export async function withdrawApprovals(query: TransactionQuery, tenantId: string, of: WithdrawnOf, by: { actor: string; reason: "run.ended" | "case.resolved" | "contact.took_back"; at: Date }): Promise<Withdrawn[]> {
  const withdrawn = await withdrawWaiting(query, tenantId, of, by.at);
  await recordInLedger(query, tenantId, withdrawn.map((each) => ({ kind: "approval.withdrawn", subjectId: each.subjectId, caseId: each.caseId, actor: by.actor, at: by.at, body: { approvalId: each.id, runId: each.runId, reason: by.reason } })));
  return withdrawn;
}
