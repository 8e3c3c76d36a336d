import { z } from "zod";
import type { Database, Row, TransactionQuery } from "../storage/database.ts";
import { LEVELS, RUNGS, type AutonomyLevel, type AutonomyRung } from "./autonomy.ts";

const levelRow = z.object({ rule: z.string(), level: z.enum(LEVELS), changed_by: z.string(), reason: z.string(), changed_at: z.string() });
const switchRow = z.object({ rung: z.enum(RUNGS), thrown_by: z.string(), reason: z.string(), thrown_at: z.string() });

export type StoredLevel = { rule: string; level: AutonomyLevel; by: string; reason: string; at: string };
export type StoredSwitch = { rung: AutonomyRung; by: string; reason: string; at: string };

const LEVELS_OF = { name: "autonomy_levels", text: "select rule, level, changed_by, reason, changed_at from autonomy_level where tenant_id = $1 order by rule" };
const SWITCHES_OF = { name: "autonomy_switches", text: "select rung, thrown_by, reason, thrown_at from autonomy_switch where tenant_id = $1" };

export async function listLevels(database: Database, tenantId: string): Promise<StoredLevel[]> {
  return (await database.query(tenantId, LEVELS_OF, [tenantId])).map(toLevel);
}

export async function listSwitches(database: Database, tenantId: string): Promise<StoredSwitch[]> {
  return (await database.query(tenantId, SWITCHES_OF, [tenantId])).map((row) => {
    const { rung, thrown_by: by, reason, thrown_at: at } = switchRow.parse(row);
    return { rung, by, reason, at };
  });
}

/** One change of a rule at a time, until the transaction ends. Returns its stored level. */
export async function lockRule(query: TransactionQuery, tenantId: string, rule: string): Promise<StoredLevel | null> {
  await query("select pg_advisory_xact_lock(hashtextextended($1, 12))", [`${tenantId} ${rule}`]);
  const row = (await query("select rule, level, changed_by, reason, changed_at from autonomy_level where tenant_id = $1 and rule = $2", [tenantId, rule]))[0];
  return row === undefined ? null : toLevel(row);
}

export async function putLevel(query: TransactionQuery, tenantId: string, { rule, level, by, reason }: Omit<StoredLevel, "at">, at: Date): Promise<void> {
  await query(
    `insert into autonomy_level (tenant_id, rule, level, changed_by, reason, changed_at) values ($1, $2, $3, $4, $5, $6)
     on conflict (tenant_id, rule) do update set level = excluded.level, changed_by = excluded.changed_by, reason = excluded.reason, changed_at = excluded.changed_at`,
    [tenantId, rule, level, by, reason, at],
  );
}

/** False when it was so already. */
export async function closeRung(query: TransactionQuery, tenantId: string, { rung, by, reason }: Omit<StoredSwitch, "at">, at: Date): Promise<boolean> {
  return (await query("insert into autonomy_switch (tenant_id, rung, thrown_by, reason, thrown_at) values ($1, $2, $3, $4, $5) on conflict do nothing returning rung", [tenantId, rung, by, reason, at])).length > 0;
}

export async function openRung(query: TransactionQuery, tenantId: string, rung: AutonomyRung): Promise<boolean> {
  return (await query("delete from autonomy_switch where tenant_id = $1 and rung = $2 returning rung", [tenantId, rung])).length > 0;
}

export type NewOutcome = { id: string; rule: string; level: AutonomyRung; isOverridden: boolean };

/** False when this one had its outcome before. */
export async function insertOutcome(query: TransactionQuery, tenantId: string, { id, rule, level, isOverridden }: NewOutcome, at: Date): Promise<boolean> {
  return (await query("insert into autonomy_outcome (tenant_id, id, rule, level, is_overridden, at) values ($1, $2, $3, $4, $5, $6) on conflict do nothing returning id", [tenantId, id, rule, level, isOverridden, at])).length > 0;
}

const counts = z.object({ outcomes: z.number(), overridden: z.number() });
const COUNT = `select count(*) as outcomes, count(*) filter (where is_overridden) as overridden
  from (select is_overridden from autonomy_outcome where tenant_id = $1 and rule = $2 and level = $3 and ($4::timestamptz is null or at > $4) order by at desc limit $5) latest`;

/** The latest outcomes at this level since it was changed the last time. */
export async function countOutcomes(query: TransactionQuery, tenantId: string, of: { rule: string; level: AutonomyLevel; since: string | null; window: number }): Promise<z.infer<typeof counts>> {
  return counts.parse((await query(COUNT, [tenantId, of.rule, of.level, of.since, of.window]))[0]);
}

function toLevel(row: Row): StoredLevel {
  const { rule, level, changed_by: by, reason, changed_at: at } = levelRow.parse(row);
  return { rule, level, by, reason, at };
}
