import { setTimeout as sleep } from "node:timers/promises";
import type pg from "pg";
import { TENANT } from "../../test/conformance/start-interpreter.ts";
import { EXPECTED, EXPECTED_OF_CHILD } from "./workflow-documents.ts";

export type WorkflowVerdict = { faults: string[]; effects: number; repeatedAttempts: number };

type Run = { id: string; parent: string | null; status: string; error: string | null };
type Effect = { run: string; key: string; value: string; attempts: number };

/** Waits for the ends, then compares what was done with what should have been: every value once, under one key. */
export async function judgeRuns(pool: pg.Pool, started: readonly string[], limitMs: number): Promise<WorkflowVerdict> {
  const runs = await waitForEnds(pool, started, limitMs);
  const { rows: effects } = await pool.query<Effect>("select run, key, value, attempts from torture_effect");
  const byRun = Map.groupBy(effects, (effect) => effect.run);
  const faults: string[] = [];
  for (const runId of started) {
    const run = runs.find(({ id }) => id === runId);
    if (run?.status !== "completed") faults.push(`${runId} is ${run?.status ?? "not recorded"} ${run?.error ?? ""}`);
    else faults.push(...compare(runId, EXPECTED, byRun.get(runId) ?? []));
    const children = runs.filter(({ parent }) => parent === runId);
    if (run?.status === "completed" && children.length !== 1) faults.push(`${runId} has ${children.length} children`);
    for (const child of children) faults.push(...compare(child.id, EXPECTED_OF_CHILD, byRun.get(child.id) ?? []));
  }
  // A retried effect is attempted twice by its own document.
  return { faults, effects: effects.length, repeatedAttempts: effects.reduce((sum, { value, attempts }) => sum + attempts - (value === "flaky" ? 2 : 1), 0) };
}

function compare(runId: string, expected: readonly string[], effects: readonly Effect[]): string[] {
  const faults: string[] = [];
  for (const value of expected) {
    const made = effects.filter((effect) => effect.value === value);
    if (made.length !== 1) faults.push(`${runId}: "${value}" was done under ${made.length} keys`);
  }
  for (const { value } of effects) if (!expected.includes(value)) faults.push(`${runId}: "${value}" should not have been done`);
  return faults;
}

async function waitForEnds(pool: pg.Pool, started: readonly string[], limitMs: number): Promise<Run[]> {
  for (const fromMs = performance.now(); ; ) {
    const runs = await readRuns(pool);
    const ended = new Set((runs ?? []).filter(({ status }) => status !== "running" && status !== "waiting").map(({ id }) => id));
    if (runs !== null && (started.every((id) => ended.has(id)) || performance.now() - fromMs > limitMs)) return runs;
    await sleep(250);
  }
}

/** Whether a run is over; false while the database is not back yet. */
export async function hasEnded(pool: pg.Pool, runId: string): Promise<boolean> {
  try {
    return (await pool.query("select from workflow_run where tenant_id = $1 and id = $2 and status not in ('running', 'waiting')", [TENANT, runId])).rows.length > 0;
  } catch {
    return false;
  }
}

/** Null while the database is not back yet. */
async function readRuns(pool: pg.Pool): Promise<Run[] | null> {
  try {
    return (await pool.query<Run>("select id, parent_run_id as parent, status, error::text as error from workflow_run where tenant_id = $1", [TENANT])).rows;
  } catch {
    return null;
  }
}
