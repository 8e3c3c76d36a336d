import type { Clock } from "../lib/clock.ts";
import { forgetContents } from "../observe/ledger-forget.ts";
import { countForgettable } from "../observe/ledger-proof.store.ts";
import { recordInLedger } from "../observe/ledger.ts";
import type { RetentionReport } from "../shapes/privacy.ts";
import type { Database } from "../storage/database.ts";
import { countHolds, lockForgetting } from "./hold.store.ts";
import { DATA_CLASSES, type DataClass, type RetentionPlan } from "./retention-file.ts";
import { RETENTION_STEPS, type RetentionStep } from "./retention-steps.store.ts";
import { carryOutStep, countStep } from "./retention.store.ts";

export type RetentionDeps = { database: Database; clock: Clock };

/** Carries out one small piece of work, and is told its name; in durable code a step. */
type Step = <T>(name: string, work: () => Promise<T>) => Promise<T>;

const DAY_MS = 86_400_000;
const BATCH = 1_000;

/** In the order in which classes are carried out. */
const ORDER: readonly DataClass[] = ["conversations", "traces", "questions", "events", "costs", "contacts", "ledger"];

/**
 * What would go now, and goes for nobody. A contact counts only when nothing else is left of it already, so that more may go
 * in the days after.
 */
export async function previewRetention({ database, clock }: RetentionDeps, tenantId: string, plan: RetentionPlan): Promise<RetentionReport> {
  const nowMs = clock.nowMs();
  const classes: RetentionReport["classes"] = [];
  for (const name of DATA_CLASSES) {
    const days = plan[name] ?? null;
    if (days === null) {
      classes.push({ name, days, before: null, tables: [] });
      continue;
    }
    const before = new Date(nowMs - days * DAY_MS);
    const tables = name === "ledger" ? [{ table: "ledger_entry", rows: await countForgettable(database, tenantId, before), isEmptied: true }] : [];
    for (const step of name === "ledger" ? [] : RETENTION_STEPS[name]) tables.push({ table: step.table, rows: await countStep(database, tenantId, step, before), isEmptied: step.set !== undefined });
    classes.push({ name, days, before: before.toISOString(), tables });
  }
  return { at: new Date(nowMs).toISOString(), isDry: true, holds: await countHolds(database, tenantId), classes };
}

/**
 * Forgets what is older than the plan says, class by class, in batches; each batch stands in the ledger, in the same transaction.
 * What is held stays.
 *
 * Replay: a batch that was carried out twice finds other rows, or none.
 */
export async function applyRetention(deps: RetentionDeps, { tenantId, plan, by }: { tenantId: string; plan: RetentionPlan; by: string }, step: Step = (_, work) => work()): Promise<RetentionReport> {
  const atMs = await step("begin", () => Promise.resolve(deps.clock.nowMs()));
  const classes: RetentionReport["classes"] = [];
  for (const name of ORDER) {
    const days = plan[name];
    if (days === undefined) continue;
    const before = new Date(atMs - days * DAY_MS);
    const tables: { table: string; rows: number; isEmptied: boolean }[] = [];
    if (name === "ledger") tables.push({ table: "ledger_entry", isEmptied: true, rows: await inBatches((limit) => step("ledger", () => forgetContents(deps.database, tenantId, { before, limit, by, at: new Date(deps.clock.nowMs()), lock: (query) => lockForgetting(query, tenantId) }))) });
    else for (const each of RETENTION_STEPS[name]) tables.push({ table: each.table, isEmptied: each.set !== undefined, rows: await inBatches((limit) => step(`${name} ${each.table}`, () => forgetRows(deps, tenantId, { name, each, before, limit, by }))) });
    classes.push({ name, days, before: before.toISOString(), tables });
  }
  return { at: new Date(atMs).toISOString(), isDry: false, holds: await step("holds", () => countHolds(deps.database, tenantId)), classes };
}

async function inBatches(forget: (limit: number) => Promise<number>): Promise<number> {
  let rows = 0;
  for (;;) {
    const gone = await forget(BATCH);
    rows += gone;
    if (gone < BATCH) return rows;
  }
}

async function forgetRows({ database, clock }: RetentionDeps, tenantId: string, given: { name: DataClass; each: RetentionStep; before: Date; limit: number; by: string }): Promise<number> {
  const { name, each, before, limit, by } = given;
  return database.transaction(tenantId, async (query) => {
    await lockForgetting(query, tenantId);
    const rows = await carryOutStep(query, tenantId, each, { before, limit });
    if (rows > 0) await recordInLedger(query, tenantId, [{ kind: "retention.applied", subjectId: name, actor: by, at: new Date(clock.nowMs()), body: { class: name, table: each.table, rows, before: before.toISOString(), isEmptied: each.set !== undefined } }]);
    return rows;
  });
}
