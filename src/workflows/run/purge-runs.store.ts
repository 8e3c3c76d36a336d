import type { Database } from "../../storage/database.ts";

const PURGE = {
  name: "workflow_run_purge",
  text: `with old as materialized (
      select r.id from workflow_run r
      where r.tenant_id = $1 and r.ended_at < $2 and r.status in ('completed', 'failed', 'cancelled')
        and coalesce((select c.status <> 'open' from support_case c where c.tenant_id = $1 and c.id = r.case_id), true)
        and coalesce((select p.ended_at is not null from workflow_run p where p.tenant_id = $1 and p.id = r.parent_run_id), true)
        and not is_held($1, r.contact_id, r.conversation_id, r.case_id)
      order by r.ended_at limit $3 for update skip locked
    ), task as (delete from workflow_task t using old where t.tenant_id = $1 and t.run_id = old.id
    ), wait as (delete from workflow_wait w using old where w.tenant_id = $1 and w.run_id = old.id returning w.id
    ), wait_key as (delete from workflow_wait_key k using wait where k.tenant_id = $1 and k.wait_id = wait.id
    ), delivery as (delete from workflow_delivery d using wait where d.tenant_id = $1 and d.wait_id = wait.id
    ), question as (delete from workflow_question q using old where q.tenant_id = $1 and q.run_id = old.id
    ), start as (delete from workflow_start s using old where s.tenant_id = $1 and s.run_id = old.id)
    delete from workflow_run r using old where r.tenant_id = $1 and r.id = old.id returning r.id`,
};

/**
 * Forgets runs that ended before then, the oldest first, with their tasks, what they listened for and what they asked. Runs that are not over,
 * their parts, runs of cases that are still open, and what is under a legal hold stay. Approvals, messages and the ledger stay too: they are told elsewhere.
 *
 * Returns how many went, at most `limit`. Several processes may purge at once: each takes other runs.
 */
export async function purgeRuns(database: Database, tenantId: string, { endedBefore, limit }: { endedBefore: Date; limit: number }): Promise<number> {
  return (await database.query(tenantId, PURGE, [tenantId, endedBefore, limit])).length;
}
