import { isRecord } from "../../lib/is-record.ts";
import type { BatchStatement, Database } from "../../storage/database.ts";
import type { RunStatus } from "./run-record.ts";
import type { RunRecords, RunWrite } from "./run-records.ts";

const COLUMNS = "namespace, name, version, hash, status, started_by, conversation_id, contact_id, case_id, turn_id, parent_run_id, depth, invocation_id, attempt, pointer, input, output, context, error, resume";

/**
 * One statement for all runs that are written at this moment. A newer attempt of a run takes the place of an older one; within
 * an attempt the end is the last word, and a task keeps the times it was first seen to end with.
 */
const WRITE: BatchStatement = {
  name: "workflow_run_write",
  textOf: () => `with item as materialized (
      select * from jsonb_to_recordset($2::jsonb) as x(ord int, has_state boolean, id text, namespace text, name text, version text, hash text, status text, started_by text, conversation_id text, contact_id text,
        case_id text, turn_id text, parent_run_id text, depth int, invocation_id text, attempt int, pointer text, input jsonb, output jsonb, context jsonb, error jsonb, resume jsonb,
        started_ms double precision, ended_ms double precision, tasks jsonb)
    ), run as (
      insert into workflow_run as r (tenant_id, id, ${COLUMNS}, started_at, ended_at, duration_us)
      select $1, id, ${COLUMNS}, to_timestamp(started_ms / 1000), to_timestamp(ended_ms / 1000), greatest(0, (ended_ms - started_ms) * 1000)::bigint from item where has_state
      on conflict (tenant_id, id) do update set status = excluded.status, input = case when r.invocation_id = '' and r.attempt = 1 then excluded.input else r.input end, invocation_id = excluded.invocation_id, attempt = excluded.attempt, pointer = excluded.pointer, output = excluded.output,
        context = excluded.context, error = excluded.error, resume = coalesce(excluded.resume, case when excluded.status in ('running', 'waiting') then r.resume end), ended_at = excluded.ended_at, duration_us = excluded.duration_us
      where r.attempt < excluded.attempt or (r.attempt = excluded.attempt and r.ended_at is null)
    ), task as (
      insert into workflow_task as t (tenant_id, run_id, attempt, pointer, iteration, seq, name, kind, status, offset_us, duration_us, queued_us, input, input_from, output, called_with, rounds, branch, reason, error)
      select $1, item.id, item.attempt, k.pointer, k.iteration, k.seq, k.name, k.kind, k.status, k."offsetUs", k."durationUs", k."queuedUs", k.input, k."inputFrom", k.output, k."calledWith", k.rounds, k.branch, k.reason, k.error
      from item cross join lateral jsonb_to_recordset(item.tasks) as k(pointer text, iteration int, seq int, name text, kind text, status text, "offsetUs" bigint, "durationUs" bigint, "queuedUs" bigint,
        input jsonb, "inputFrom" text, output jsonb, "calledWith" jsonb, rounds int, branch text, reason text, error jsonb)
      on conflict (tenant_id, run_id, pointer, iteration) do update set attempt = excluded.attempt, seq = excluded.seq, status = excluded.status, offset_us = excluded.offset_us, duration_us = excluded.duration_us,
        queued_us = excluded.queued_us, input = excluded.input, input_from = excluded.input_from, output = excluded.output, called_with = excluded.called_with, rounds = excluded.rounds, branch = excluded.branch, reason = excluded.reason, error = excluded.error
      where t.status = 'running' or t.attempt < excluded.attempt or (t.status <> excluded.status and excluded.status <> 'running')
    ) select ord from item where false`,
};

/** Runs in PostgreSQL. */
export function createRunRecords(database: Database): RunRecords {
  return {
    async write(write) {
      const item = { key: write.run.runId, values: toValues(write) };
      try {
        await database.batch(write.run.tenantId, WRITE, item);
      } catch (error) {
        if (!isUnstorable(error)) throw error;
        await database.batch(write.run.tenantId, WRITE, { ...item, values: withoutNul(item.values) });
      }
    },
    async hasBegun(tenantId, runId) {
      const rows = await database.query(tenantId, { name: "workflow_run_begun", text: "select 1 from workflow_run where tenant_id = $1 and id = $2 and (invocation_id <> '' or attempt > 1)" }, [tenantId, runId]);
      return rows.length > 0;
    },
  };
}

function toValues({ run, workflow, invocationId, state, tasks }: RunWrite): Record<string, unknown> {
  return {
    has_state: state !== null, id: run.runId, ...workflow, hash: run.hash, started_by: run.startedBy, conversation_id: run.conversationId, contact_id: run.contactId, case_id: run.caseId, turn_id: run.turnId,
    parent_run_id: run.parentRunId, depth: run.depth, invocation_id: invocationId, attempt: run.attempt, started_ms: run.startedAtMs, input: state === null ? null : run.input,
    ...(state === null ? {} : { status: state.status, pointer: state.pointer, output: state.output, context: state.context, error: state.error, resume: state.resume, ended_ms: state.endedAtMs }), tasks,
  };
}

/** Text with a NUL character is JSON, but no `jsonb`. */
function isUnstorable(error: unknown): boolean {
  return error instanceof Error && "code" in error && (error.code === "22P05" || error.code === "22P02");
}

function withoutNul(values: Record<string, unknown>): Record<string, unknown> {
  const cleaned: unknown = JSON.parse(JSON.stringify(values), (_, value: unknown) => {
    if (typeof value === "string") return value.replaceAll("\u0000", "\ufffd");
    return isRecord(value) ? Object.fromEntries(Object.entries(value).map(([key, each]) => [key.replaceAll("\u0000", "\ufffd"), each])) : value;
  });
  return isRecord(cleaned) ? cleaned : values;
}

export type RunFilter = {
  namespace?: string; name?: string; hash?: string; statuses?: readonly RunStatus[]; conversationId?: string; caseId?: string; turnId?: string; parentRunId?: string;
  /** The last one of the page before. */
  before?: { startedAt: string; id: string };
  limit: number;
};

/** The newest first. Inputs, outputs and context only by `readRunRow`. */
export async function listRunRows(database: Database, tenantId: string, filter: RunFilter) {
  let query = database.of(tenantId).selectFrom("workflow_run")
    .select(["id", "namespace", "name", "version", "hash", "status", "started_by", "conversation_id", "contact_id", "case_id", "turn_id", "parent_run_id", "depth", "invocation_id", "attempt", "pointer", "error", "started_at", "ended_at", "duration_us"])
    .where("tenant_id", "=", tenantId);
  if (filter.namespace !== undefined) query = query.where("namespace", "=", filter.namespace);
  if (filter.name !== undefined) query = query.where("name", "=", filter.name);
  if (filter.hash !== undefined) query = query.where("hash", "=", filter.hash);
  if (filter.statuses !== undefined) query = query.where((where) => where.or((filter.statuses ?? []).map((status) => where(where.ref("status"), "=", status))));
  if (filter.conversationId !== undefined) query = query.where("conversation_id", "=", filter.conversationId);
  if (filter.caseId !== undefined) query = query.where("case_id", "=", filter.caseId);
  if (filter.turnId !== undefined) query = query.where("turn_id", "=", filter.turnId);
  if (filter.parentRunId !== undefined) query = query.where("parent_run_id", "=", filter.parentRunId);
  const { before } = filter;
  if (before !== undefined) query = query.where((where) => where.or([where("started_at", "<", before.startedAt), where.and([where("started_at", "=", before.startedAt), where("id", "<", before.id)])]));
  return query.orderBy("started_at", "desc").orderBy("id", "desc").limit(filter.limit).execute();
}

export async function readRunRow(database: Database, tenantId: string, runId: string) {
  return (await database.of(tenantId).selectFrom("workflow_run").selectAll().where("tenant_id", "=", tenantId).where("id", "=", runId).executeTakeFirst()) ?? null;
}

/** The tasks of a run in the order they began, each with its input. */
export async function readTaskRows(database: Database, tenantId: string, runId: string) {
  const rows = await database.of(tenantId).selectFrom("workflow_task").selectAll().where("tenant_id", "=", tenantId).where("run_id", "=", runId).orderBy("offset_us").orderBy("seq").limit(20_000).execute();
  const run = await database.of(tenantId).selectFrom("workflow_run").select("input").where("tenant_id", "=", tenantId).where("id", "=", runId).executeTakeFirst();
  const outputs = new Map<string, unknown>(rows.map((row) => [`${row.pointer}#${row.iteration}`, row.output]));
  outputs.set("", run?.input ?? null);
  return rows.map(({ input_from, ...row }) => ({ ...row, input: input_from === null ? row.input : (outputs.get(input_from) ?? null) }));
}

const CLAIM = {
  name: "workflow_run_claim",
  text: "update workflow_run set status = 'running', attempt = attempt + 1, invocation_id = '', ended_at = null where tenant_id = $1 and id = $2 and status = 'failed' and attempt = $3 returning id",
};

/** A failed run is somebody's to take up again: the next attempt, under way, with no invocation yet. False when it was taken. */
export async function claimRunRow(database: Database, tenantId: string, runId: string, attempt: number): Promise<boolean> {
  return (await database.query(tenantId, CLAIM, [tenantId, runId, attempt])).length > 0;
}

const UNCLAIM = {
  name: "workflow_run_unclaim",
  text: "update workflow_run set status = 'failed', attempt = attempt - 1, invocation_id = $4, ended_at = $5 where tenant_id = $1 and id = $2 and status = 'running' and attempt = $3 + 1 and invocation_id = ''",
};

/** The engine could not take it: as it was before the claim, unless the attempt has begun after all. */
export async function unclaimRunRow(database: Database, tenantId: string, run: { id: string; attempt: number; invocation_id: string; ended_at: Date | string | null }): Promise<void> {
  await database.query(tenantId, UNCLAIM, [tenantId, run.id, run.attempt, run.invocation_id, run.ended_at]);
}

const INVOKED = {
  name: "workflow_run_invoked",
  text: "update workflow_run set invocation_id = $4 where tenant_id = $1 and id = $2 and attempt = $3 and invocation_id = ''",
};

/** What is to be cancelled when the claimed attempt is; the attempt's own first record says it too. */
export async function setInvocation(database: Database, tenantId: string, runId: string, attempt: number, invocationId: string): Promise<void> {
  await database.query(tenantId, INVOKED, [tenantId, runId, attempt, invocationId]);
}

/** Writes nothing over an end: a run whose invocation is gone is set to cancelled by hand. */
export async function closeRunRow(database: Database, tenantId: string, runId: string, at: Date): Promise<void> {
  await database.query(tenantId, { name: "workflow_run_close", text: "update workflow_run set status = 'cancelled', ended_at = $3 where tenant_id = $1 and id = $2 and ended_at is null" }, [tenantId, runId, at]);
}
