import type { Database } from "../../storage/database.ts";

const REOPEN = {
  name: "tool_call_reopen",
  text: "update tool_call set status = 'started', reason = null, say = null where tenant_id = $1 and id = $2 and status = 'failed'",
};

/** A call that was allowed and failed is to be made again under its id and key, as after a crash. */
export async function reopenToolCall(database: Database, tenantId: string, callId: string): Promise<void> {
  await database.query(tenantId, REOPEN, [tenantId, callId]);
}
