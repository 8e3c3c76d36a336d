import type { Database } from "../../storage/database.ts";
import { startApproved } from "../tool-call.store.ts";
import { takeApproval } from "./approval-change.store.ts";
import type { CallOwner } from "./hash-call.ts";

export type TakeForCall = { tenantId: string; approvalId: string; usedBy: string; callHash: string; owner: CallOwner; call: Parameters<typeof startApproved>[2] };

/**
 * Takes an approval and writes down that its call is made, together or not at all. `refused`: it does not allow this call, or
 * was used for another; `under_way`: the call was begun before.
 */
export async function takeForCall(database: Database, input: TakeForCall): Promise<"taken" | "refused" | "under_way"> {
  return database.transaction(input.tenantId, async (query) => {
    const by = await takeApproval(query, { tenantId: input.tenantId, id: input.approvalId, callHash: input.callHash, usedBy: input.usedBy, ...input.owner });
    if (by === null) return "refused";
    return (await startApproved(query, input.tenantId, input.call)) ? "taken" : "under_way";
  });
}
