import type { ApprovalRule, PolicyDecision } from "./policy.ts";

/** The rungs, lowest first: what the AI may do by itself where policies allow it at all. */
export const RUNGS = ["suggest", "draft", "act_with_approval", "act"] as const;
export type AutonomyRung = (typeof RUNGS)[number];
/** `off`: not even suggestions. */
export type AutonomyLevel = "off" | AutonomyRung;
export const LEVELS = ["off", ...RUNGS] as const;

/** What it is for; null: any. The first rule that fits counts. */
export type AutonomyRule = {
  name: string;
  intents: readonly string[] | null;
  channels: readonly string[] | null;
  risks: readonly string[] | null;
  /** In minor units. A call whose amount is not known is under no limit. */
  amountUpToCents: number | null;
  level: AutonomyLevel;
  /** Between which levels the measured rate of overrides may move it; null: people alone do. */
  range: { lowest: AutonomyLevel; highest: AutonomyLevel } | null;
};

/** `window`: the latest outcomes that count; nothing moves before there are `minimum`. Rates are 0..1. */
export type AutonomyMeasure = { window: number; minimum: number; promoteAtMost: number; demoteAbove: number };

/**
 * The ladder as `baton.yaml` has it. `approval`: who approves on the rung `act_with_approval`. `notice`: what a contact is
 * told, once, when a person has to look at the answer first; null: nothing.
 */
export type AutonomyPlan = { level: AutonomyLevel; approval: ApprovalRule; notice: string | null; measure: AutonomyMeasure; rules: readonly AutonomyRule[] };

/** What people and measurements made of it: levels of rules, and the rungs that are closed. */
export type AutonomyState = { levels: ReadonlyMap<string, AutonomyLevel>; closed: ReadonlySet<AutonomyRung> };

export type AutonomyAsked = { intent: string | null; channel: string; risk: string; amountCents: number | null };
/** `rule`: null where none fits. `closedRung`: the switch that keeps it lower than the rule would. */
export type Autonomy = { level: AutonomyLevel; rule: string | null; closedRung: AutonomyRung | null };

/** How far the AI may go here. Pure. */
export function autonomyFor(plan: AutonomyPlan, state: AutonomyState, asked: AutonomyAsked): Autonomy {
  const rule = plan.rules.find((each) => fits(each, asked)) ?? null;
  const level = rule === null ? plan.level : levelOf(rule, state);
  const closedRung = RUNGS.find((rung) => state.closed.has(rung)) ?? null;
  const ceiling = closedRung === null ? "act" : below(closedRung);
  return { level: lower(level, ceiling), rule: rule?.name ?? null, closedRung: heightOf(level) > heightOf(ceiling) ? closedRung : null };
}

/** What becomes of a reply: sent by itself, or kept for a person. Approval is about effects, which are asked for one by one. Pure. */
export function sendsReplies(level: AutonomyLevel): boolean {
  return heightOf(level) >= heightOf("act_with_approval");
}

export function levelOf(rule: AutonomyRule, state: Pick<AutonomyState, "levels">): AutonomyLevel {
  return state.levels.get(rule.name) ?? rule.level;
}

function fits(rule: AutonomyRule, { intent, channel, risk, amountCents }: AutonomyAsked): boolean {
  const has = (list: readonly string[] | null, value: string | null) => list === null || (value !== null && list.includes(value));
  return has(rule.intents, intent) && has(rule.channels, channel) && has(rule.risks, risk) && (rule.amountUpToCents === null || (amountCents !== null && amountCents <= rule.amountUpToCents));
}

/**
 * Holds a decision about a call of the AI to the ladder: it never allows more than policy does. Reading is no act, and stops
 * only where the AI is off.
 */
export function limitByAutonomy(decision: PolicyDecision, autonomy: Autonomy, plan: Pick<AutonomyPlan, "approval">, risk: string): PolicyDecision {
  const { level } = autonomy;
  if (decision.effect === "deny" || level === "act" || (risk === "read" && level !== "off")) return decision;
  const rules = [...decision.rules, autonomy.closedRung === null ? `autonomy.${autonomy.rule ?? "level"}` : `autonomy.closed.${autonomy.closedRung}`];
  // Who has to approve by policy anyway is asked already.
  if (level === "act_with_approval") return decision.effect === "approve" ? decision : { effect: "approve", rules, reason: "The assistant asks before it does this.", by: plan.approval };
  return { effect: "deny", rules, reason: STOPPED[level], needsPerson: true };
}

const STOPPED = { off: "The assistant is switched off here.", suggest: "The assistant only suggests this: a person does it.", draft: "The assistant only prepares this: a person does it." } as const;

/** One rung up or down by the overrides that were counted at this level; null: it stays. Pure. */
export function nextLevel(rule: AutonomyRule, level: AutonomyLevel, counted: { outcomes: number; overridden: number }, measure: AutonomyMeasure): AutonomyLevel | null {
  const { range } = rule;
  if (range === null || counted.outcomes === 0 || counted.outcomes < measure.minimum) return null;
  const rate = counted.overridden / counted.outcomes;
  const next = rate > measure.demoteAbove ? LEVELS[heightOf(level) - 1] : rate <= measure.promoteAtMost ? LEVELS[heightOf(level) + 1] : undefined;
  return next === undefined || heightOf(next) < heightOf(range.lowest) || heightOf(next) > heightOf(range.highest) ? null : next;
}

export function heightOf(level: AutonomyLevel): number {
  return LEVELS.indexOf(level);
}

function below(rung: AutonomyRung): AutonomyLevel {
  return LEVELS[heightOf(rung) - 1] ?? "off";
}

function lower(left: AutonomyLevel, right: AutonomyLevel): AutonomyLevel {
  return heightOf(left) <= heightOf(right) ? left : right;
}
