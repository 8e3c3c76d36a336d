import type { Database, TransactionQuery } from "../../storage/database.ts";
import type { RunInput } from "./run-input.ts";

/**
 * Inserts the records of runs that are about to begin: under way, with no invocation yet. `list` is an SQL expression for a
 * list of `RunInput` as JSON, `from` what it stands in. A run that has a record keeps it; one of a version that is not stored
 * gets its record when it begins.
 */
export function openRunsFrom(list: string, from = ""): string {
  return `insert into workflow_run (tenant_id, id, namespace, name, version, hash, status, started_by, conversation_id, contact_id, case_id, turn_id, parent_run_id, depth, invocation_id, attempt, input, started_at)
    select $1, r."runId", v.namespace, v.name, v.version, r.hash, 'running', r."startedBy", r."conversationId", r."contactId", r."caseId", r."turnId", r."parentRunId", r.depth, '', r.attempt, r.input, to_timestamp(r."startedAtMs" / 1000)
    from ${from}jsonb_to_recordset(${list}) as r("runId" text, hash text, "startedBy" text, "conversationId" text, "contactId" text, "caseId" text, "turnId" text, "parentRunId" text, depth int, attempt int, input jsonb, "startedAtMs" double precision)
    join workflow_version v on v.tenant_id = $1 and v.hash = r.hash on conflict do nothing`;
}

/** In the transaction of what starts them, so that whoever looks next sees that they are under way. */
export async function openRuns(query: TransactionQuery, tenantId: string, runs: readonly RunInput[]): Promise<void> {
  if (runs.length > 0) await query(openRunsFrom("$2::jsonb"), [tenantId, JSON.stringify(runs)]);
}

const OPEN = { name: "workflow_run_open", text: openRunsFrom("$2::jsonb") };

/** The record of a run that the engine has taken. What `jsonb` cannot hold is left out until the run writes its own. */
export async function openRun(database: Database, run: RunInput): Promise<void> {
  const text = JSON.stringify([run]);
  await database.query(run.tenantId, OPEN, [run.tenantId, text.includes("\\u0000") ? JSON.stringify([{ ...run, input: null }]) : text]);
}
