import { autonomyFor, type Autonomy, type AutonomyPlan, type AutonomyState } from "./autonomy.ts";

const RISKS = ["read", "write", "money", "irreversible"] as const;

/** Up to an amount in minor units; null: above all others, and where none is known. */
export type AutonomyBand = Autonomy & { amountUpToCents: number | null };
/** `intent`, `channel` null: all that no rule names. */
export type AutonomyCell = { intent: string | null; channel: string | null; risk: (typeof RISKS)[number]; bands: AutonomyBand[] };
export type AutonomyGrid = { intents: (string | null)[]; channels: (string | null)[]; usesRisks: boolean; cells: AutonomyCell[] };

/** The whole ladder as a picture: every case that its rules can tell apart, with how far the AI may go there. Pure. */
export function autonomyGrid(plan: AutonomyPlan, state: AutonomyState): AutonomyGrid {
  const named = (of: (rule: AutonomyPlan["rules"][number]) => readonly string[] | null) => [...new Set(plan.rules.flatMap((rule) => of(rule) ?? []))];
  const [intents, channels] = [[...named((rule) => rule.intents), null], [...named((rule) => rule.channels), null]];
  const cells = intents.flatMap((intent) => channels.flatMap((channel) => RISKS.map((risk): AutonomyCell => ({ intent, channel, risk, bands: bandsOf(plan, state, { intent, channel: channel ?? "", risk }) }))));
  return { intents, channels, usesRisks: plan.rules.some((rule) => rule.risks !== null), cells };
}

/** Neighbours under one rule are one band. */
function bandsOf(plan: AutonomyPlan, state: AutonomyState, asked: { intent: string | null; channel: string; risk: string }): AutonomyBand[] {
  const limits = [...new Set(plan.rules.map((rule) => rule.amountUpToCents).filter((limit) => limit !== null))].sort((left, right) => left - right);
  const bands: AutonomyBand[] = [];
  for (const amountCents of [...limits, null]) {
    const band = { amountUpToCents: amountCents, ...autonomyFor(plan, state, { ...asked, amountCents }) };
    if (bands.at(-1)?.rule === band.rule) bands.pop();
    bands.push(band);
  }
  return bands;
}
