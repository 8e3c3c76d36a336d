import type { Database } from "../../storage/database.ts";

const VOICE = {
  name: "workflow_run_voice",
  text: `with recursive part as (select $2::text as id union select r.id from workflow_run r join part p on r.tenant_id = $1 and r.parent_run_id = p.id)
    select coalesce(bool_or(m.kind = 'reply'), false) as has_replied, coalesce(bool_or(m.kind = 'handoff'), false) as has_handed_off from part join workflow_message m on m.tenant_id = $1 and m.run_id = part.id`,
};

/** What the contact has heard from a run and its parts. */
export async function readVoice(database: Database, tenantId: string, runId: string): Promise<{ hasReplied: boolean; hasHandedOff: boolean }> {
  const row = (await database.query(tenantId, VOICE, [tenantId, runId]))[0];
  return { hasReplied: row?.["has_replied"] === true, hasHandedOff: row?.["has_handed_off"] === true };
}
