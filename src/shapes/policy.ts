import { z } from "zod";

const level = z.enum(["off", "suggest", "draft", "act_with_approval", "act"]);
const rung = z.enum(["suggest", "draft", "act_with_approval", "act"]);
export type LevelName = z.output<typeof level>;
export type RungName = z.output<typeof rung>;

/** A rule of the ladder. Amounts in minor units; null: any. `from`: its level before the last change. `outcomes`, `overridden`: of the window, since then. */
const autonomyRuleView = z.object({
  name: z.string(), intents: z.array(z.string()).nullable(), channels: z.array(z.string()).nullable(), risks: z.array(z.string()).nullable(), amountUpToCents: z.number().nullable(),
  level, declared: level.describe("In baton.yaml."), range: z.object({ lowest: level, highest: level }).nullable().describe("Between which levels measurements may move it; null: people alone do."),
  by: z.string().nullable(), reason: z.string().nullable(), since: z.string().nullable(), from: level.nullable(), outcomes: z.number().int(), overridden: z.number().int(),
});
export type AutonomyRuleView = z.output<typeof autonomyRuleView>;

/** What counts up to an amount (null: above all others, and where none is known). `rule` null: none fits. `closedRung`: the closed rung that keeps it down. */
const ladderBand = z.object({ amountUpToCents: z.number().nullable(), level, rule: z.string().nullable(), closedRung: rung.nullable() });
export type LadderBand = z.output<typeof ladderBand>;

/** `intent`, `channel` null: all that no rule names. Bands by rising amount. */
const ladderCell = z.object({ intent: z.string().nullable(), channel: z.string().nullable(), risk: z.enum(["read", "write", "money", "irreversible"]), bands: z.array(ladderBand) });
export type LadderCell = z.output<typeof ladderCell>;

/** Every case the rules can tell apart. `usesRisks`: whether a rule asks for the risk of a call. */
const ladderGrid = z.object({ intents: z.array(z.string().nullable()), channels: z.array(z.string().nullable()), usesRisks: z.boolean(), cells: z.array(ladderCell) });

export const autonomyView = z.object({
  level: level.describe("Where no rule fits."), approval: z.string().describe("Who is asked on the rung act_with_approval."),
  measure: z.object({ window: z.number(), minimum: z.number(), promoteAtMost: z.number(), demoteAbove: z.number() }),
  rules: z.array(autonomyRuleView), closed: z.array(z.object({ rung, by: z.string(), reason: z.string(), at: z.string() })), grid: ladderGrid,
});
export type AutonomyLadderView = z.output<typeof autonomyView>;

/** A policy as it is written. `who`, `what` null: everybody, everything. `decided`: calls of the last `hours` that it decided; null where that is not counted. */
const policyRuleView = z.object({
  id: z.string(), effect: z.enum(["permit", "forbid"]), reason: z.string().nullable(), needsPerson: z.boolean(), approval: z.string().nullable(),
  who: z.string().nullable(), actions: z.array(z.string()), what: z.string().nullable(), isConditional: z.boolean(),
  file: z.string(), line: z.number(), text: z.string(), decided: z.number().nullable(),
});
export type PolicyRuleView = z.output<typeof policyRuleView>;

const fieldValue = z.union([z.string().max(500), z.number().int(), z.boolean()]);

/** Something the policies know of a request, such as `context.facts.status`. `values`: texts that policies name. */
const policyField = z.object({ path: z.string(), kind: z.enum(["Long", "String", "Boolean"]), isRequired: z.boolean(), values: z.array(z.string()) });
export type PolicyField = z.output<typeof policyField>;

/** A question the schema knows: who may ask for what, and what may be said of it. `groups` as "Role admin". */
const policyQuestionKind = z.object({ action: z.string(), principal: z.string(), resourceType: z.string(), resources: z.array(z.string()), groups: z.array(z.string()), fields: z.array(policyField) });
export type PolicyQuestionKind = z.output<typeof policyQuestionKind>;

/** `questions`: empty without a schema. */
export const policiesView = z.object({ hash: z.string(), hours: z.number(), rules: z.array(policyRuleView), questions: z.array(policyQuestionKind) });
export type PoliciesView = z.output<typeof policiesView>;

/** Who may, in at least one case. `gaps`: why not every case was looked at. */
export const policyAnswers = z.object({
  answers: z.array(z.object({ principal: z.string(), resource: z.string(), groups: z.array(z.string()), allow: z.array(z.string()), approve: z.array(z.object({ rules: z.array(z.string()), by: z.string() })), isAlways: z.boolean() })),
  gaps: z.array(z.string()),
});
export type PolicyAnswersView = z.output<typeof policyAnswers>;

/** `values` by path, as of the question's fields. */
export const policyTry = z.object({ action: z.string().min(1).max(200), principal: z.string().min(1).max(200), resource: z.string().min(1).max(200), groups: z.array(z.string().max(200)).max(20).optional(), values: z.record(z.string().max(200), fieldValue).optional() });
export type PolicyTry = z.input<typeof policyTry>;

/** What would be decided now. `rules`: those that decided, policies and rules of the ladder. */
export const policyTried = z.object({ effect: z.enum(["allow", "approve", "deny"]), reason: z.string().nullable(), needsPerson: z.boolean(), approval: z.string().nullable(), rules: z.array(z.string()) });
export type PolicyTriedView = z.output<typeof policyTried>;
