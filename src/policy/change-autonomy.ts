import type { Clock } from "../lib/clock.ts";
import type { Database, TransactionQuery } from "../storage/database.ts";
import { levelOf, nextLevel, RUNGS, type AutonomyLevel, type AutonomyPlan, type AutonomyRule, type AutonomyRung, type AutonomyState } from "./autonomy.ts";
import { closeRung, countOutcomes, insertOutcome, listLevels, listSwitches, lockRule, openRung, putLevel, type NewOutcome } from "./autonomy.store.ts";
import { autonomyRuleUnknown } from "./policy.errors.ts";

export type AutonomyChange = { kind: "autonomy.changed" | "autonomy.closed" | "autonomy.opened"; subjectId: string; actor: string; at: Date; body: Record<string, unknown> };

export type AutonomyDeps = {
  database: Database;
  clock: Clock;
  plan: AutonomyPlan;
  /** Writes a change into the ledger, in the transaction of the change. */
  record(query: TransactionQuery, tenantId: string, change: AutonomyChange): Promise<void>;
  /** After a change was stored: this process follows at once, others within a second. */
  onChanged?(): Promise<void>;
};

/** Who changes is an actor's name in the ledger, as `user:user_…`. */
type By = { tenantId: string; by: string; reason: string };

/** Sets a rule to a level. Whoever sets it may leave the range that measurements keep to. Throws `policy.autonomy_rule_unknown`. */
export async function setAutonomy(deps: AutonomyDeps, { tenantId, by, reason }: By, change: { rule: string; level: AutonomyLevel }): Promise<void> {
  const rule = ruleOf(deps.plan, change.rule);
  await deps.database.transaction(tenantId, async (query) => {
    const stored = await lockRule(query, tenantId, rule.name);
    await storeLevel(deps, query, tenantId, { rule, from: stored?.level ?? rule.level, to: change.level, by, reason, detail: {} });
  });
  await deps.onChanged?.();
}

/** Closes or opens a rung, or the whole ladder. A closed rung closes those above it; `all` closes every one and opens every one. */
export async function switchAutonomy(deps: AutonomyDeps, { tenantId, by, reason }: By, change: { rung: AutonomyRung | "all"; isClosed: boolean }): Promise<void> {
  const at = new Date(deps.clock.nowMs());
  const rungs = change.rung !== "all" ? [change.rung] : change.isClosed ? [RUNGS[0]] : RUNGS;
  await deps.database.transaction(tenantId, async (query) => {
    for (const rung of rungs) {
      const isChanged = change.isClosed ? await closeRung(query, tenantId, { rung, by, reason }, at) : await openRung(query, tenantId, rung);
      if (isChanged) await deps.record(query, tenantId, { kind: change.isClosed ? "autonomy.closed" : "autonomy.opened", subjectId: rung, actor: by, at, body: { rung, reason } });
    }
  });
  await deps.onChanged?.();
}

/**
 * What became of something the AI did or proposed under a rule; `id` is of the call, draft or approval, and its first outcome
 * counts. Moves the rule one rung when its measure says so. Returns the new level, or null.
 * Errors: a rule that is no longer in the plan is counted by nobody.
 */
export async function recordOutcome(deps: AutonomyDeps, tenantId: string, outcome: NewOutcome): Promise<AutonomyLevel | null> {
  const moved = await deps.database.transaction(tenantId, (query) => countOutcome(deps, query, tenantId, outcome));
  if (moved !== null) await deps.onChanged?.();
  return moved;
}

/** The same in the caller's transaction, who tells `onChanged` after it when a level is returned. */
export async function countOutcome(deps: Pick<AutonomyDeps, "plan" | "clock" | "record">, query: TransactionQuery, tenantId: string, outcome: NewOutcome): Promise<AutonomyLevel | null> {
  const { measure, rules } = deps.plan;
  const rule = rules.find((each) => each.name === outcome.rule);
  if (rule === undefined) return null;
  const stored = await lockRule(query, tenantId, rule.name);
  const level = stored?.level ?? rule.level;
  const isNew = await insertOutcome(query, tenantId, outcome, new Date(deps.clock.nowMs()));
  // What was done before the level changed says nothing about the new one.
  if (!isNew || outcome.level !== level) return null;
  const counted = await countOutcomes(query, tenantId, { rule: rule.name, level, since: stored?.at ?? null, window: measure.window });
  const next = nextLevel(rule, level, counted, measure);
  if (next === null) return null;
  const rate = Math.round((counted.overridden / counted.outcomes) * 1_000) / 10;
  await storeLevel(deps, query, tenantId, { rule, from: level, to: next, by: "system:autonomy", reason: `${counted.overridden} of the latest ${counted.outcomes} were overridden (${rate} %).`, detail: counted });
  return next;
}

export type AutonomyView = {
  level: AutonomyLevel;
  /** Where people and measurements have put the rules. */
  state: AutonomyState;
  rules: { name: string; level: AutonomyLevel; declared: AutonomyLevel; by: string | null; reason: string | null; since: string | null; outcomes: number; overridden: number }[];
  closed: { rung: AutonomyRung; by: string; reason: string; at: string }[];
};

/** The ladder as it stands, with the overrides that count at each rule's level. */
export async function readAutonomy(deps: Pick<AutonomyDeps, "database" | "plan">, tenantId: string): Promise<AutonomyView> {
  const { plan, database } = deps;
  const stored = new Map((await listLevels(database, tenantId)).map((each) => [each.rule, each]));
  const levels = new Map([...stored].map(([name, { level }]) => [name, level]));
  const rules = await database.transaction(tenantId, async (query) => {
    const views: AutonomyView["rules"] = [];
    for (const rule of plan.rules) {
      const level = levelOf(rule, { levels });
      const set = stored.get(rule.name);
      const counted = await countOutcomes(query, tenantId, { rule: rule.name, level, since: set?.at ?? null, window: plan.measure.window });
      views.push({ name: rule.name, level, declared: rule.level, by: set?.by ?? null, reason: set?.reason ?? null, since: set?.at ?? null, ...counted });
    }
    return views;
  });
  const closed = await listSwitches(database, tenantId);
  return { level: plan.level, state: { levels, closed: new Set(closed.map((each) => each.rung)) }, rules, closed };
}

async function storeLevel(deps: Pick<AutonomyDeps, "clock" | "record">, query: TransactionQuery, tenantId: string, move: { rule: AutonomyRule; from: AutonomyLevel; to: AutonomyLevel; by: string; reason: string; detail: Record<string, unknown> }): Promise<void> {
  const { rule, from, to, by, reason, detail } = move;
  const at = new Date(deps.clock.nowMs());
  await putLevel(query, tenantId, { rule: rule.name, level: to, by, reason }, at);
  await deps.record(query, tenantId, { kind: "autonomy.changed", subjectId: rule.name, actor: by, at, body: { rule: rule.name, from, to, reason, ...detail } });
}

function ruleOf(plan: AutonomyPlan, name: string): AutonomyRule {
  const rule = plan.rules.find((each) => each.name === name);
  if (rule === undefined) throw autonomyRuleUnknown({ message: `There is no autonomy rule "${name}" in baton.yaml; it has ${plan.rules.map((each) => each.name).join(", ") || "none"}.` });
  return rule;
}
