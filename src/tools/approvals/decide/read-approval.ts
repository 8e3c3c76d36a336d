import type { Live } from "../../../observe/live.ts";
import type { Database } from "../../../storage/database.ts";
import { approvalNotFound } from "../approvals.errors.ts";
import { findApproval, type ApprovalRow } from "../approval.store.ts";

/** Throws: `approvals.not_found`. */
export async function readApproval(database: Database, tenantId: string, id: string): Promise<ApprovalRow> {
  const approval = await findApproval(database, tenantId, id);
  if (approval === null) throw approvalNotFound();
  return approval;
}

/** To everybody who has it on the screen. */
export function showChange(deps: { live: Pick<Live, "publish"> }, tenantId: string, runId: string | null): void {
  deps.live.publish({ kind: "approval", tenantId, runId });
}
