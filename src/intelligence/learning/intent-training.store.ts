import { z } from "zod";
import { intentSummary, type IntentSummary } from "../../shapes/understanding.ts";
import type { Database, Row, TransactionQuery } from "../../storage/database.ts";

/** One time that corrections were learned. */
export type IntentTraining = { number: number; learned: number; before: IntentSummary; after: IntentSummary; by: string; at: string; undoneBy: string | null; undoneAt: string | null };

const row = z.object({ number: z.number(), learned: z.number(), before: intentSummary, after: intentSummary, made_by: z.string(), made_at: z.string(), undone_by: z.string().nullable(), undone_at: z.string().nullable() });

const FIELDS = "number, learned, before, after, made_by, made_at, undone_by, undone_at";
const LATEST = { name: "intent_trainings", text: `select ${FIELDS} from intent_training where tenant_id = $1 order by number desc limit 50` };
const STAND = { name: "intent_training_stand", text: "select coalesce(max(number), 0) as number, count(undone_at) as undone from intent_training where tenant_id = $1" };

/** Newest first. */
export async function listTrainings(database: Database, tenantId: string): Promise<IntentTraining[]> {
  return (await database.query(tenantId, LATEST, [tenantId])).map(toTraining);
}

/** Changes whenever something was learned or undone. */
export async function readTrainingStand(database: Database, tenantId: string): Promise<string> {
  const [found] = await database.query(tenantId, STAND, [tenantId]);
  return `${String(found?.["number"])}/${String(found?.["undone"])}`;
}

/** One training or undoing at a time, until the transaction ends. Returns the latest training. */
export async function lockTrainings(query: TransactionQuery, tenantId: string): Promise<IntentTraining | null> {
  await query("select pg_advisory_xact_lock(hashtextextended($1, 24))", [tenantId]);
  const found = (await query(`select ${FIELDS} from intent_training where tenant_id = $1 order by number desc limit 1`, [tenantId]))[0];
  return found === undefined ? null : toTraining(found);
}

/** The latest that is not undone; null when there is none. */
export async function readLastStanding(query: TransactionQuery, tenantId: string): Promise<IntentTraining | null> {
  const found = (await query(`select ${FIELDS} from intent_training where tenant_id = $1 and undone_at is null order by number desc limit 1`, [tenantId]))[0];
  return found === undefined ? null : toTraining(found);
}

export async function insertTraining(query: TransactionQuery, tenantId: string, made: Pick<IntentTraining, "number" | "learned" | "before" | "after" | "by">, at: Date): Promise<void> {
  await query("insert into intent_training (tenant_id, number, learned, before, after, made_by, made_at) values ($1, $2, $3, $4, $5, $6, $7)", [tenantId, made.number, made.learned, JSON.stringify(made.before), JSON.stringify(made.after), made.by, at]);
}

export async function markUndone(query: TransactionQuery, tenantId: string, number: number, by: string, at: Date): Promise<void> {
  await query("update intent_training set undone_by = $3, undone_at = $4 where tenant_id = $1 and number = $2", [tenantId, number, by, at]);
}

function toTraining(given: Row): IntentTraining {
  const { number, learned, before, after, made_by: by, made_at: at, undone_by: undoneBy, undone_at: undoneAt } = row.parse(given);
  return { number, learned, before, after, by, at, undoneBy, undoneAt };
}
