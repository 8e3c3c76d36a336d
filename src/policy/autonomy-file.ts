import { z } from "zod";
import { readApprovalRule } from "./approval-rule.ts";
import { heightOf, LEVELS, type AutonomyPlan, type AutonomyRule } from "./autonomy.ts";
import type { ApprovalRule } from "./policy.ts";

const level = z.enum(LEVELS);
const names = z.array(z.string().min(1)).min(1);
const rate = z.number().min(0).max(1);

const approval = z.strictObject({ by: z.string().default("role:agent"), people: z.number().int().default(1), deadline: z.string().optional() }).transform((given, context): ApprovalRule => {
  const rule = readApprovalRule({ approval: given.by, people: String(given.people), ...(given.deadline === undefined ? {} : { deadline: given.deadline }) });
  if (typeof rule === "object" && rule !== null) return rule;
  context.addIssue({ code: "custom", message: rule ?? "Write who approves, as role:agent." });
  return z.NEVER;
});

const rule = z.strictObject({
  name: z.string().regex(/^[a-z][a-z0-9_.-]{0,62}$/), intents: names.optional(), channels: names.optional(), risks: z.array(z.enum(["read", "write", "money", "irreversible"])).min(1).optional(), amountUpTo: z.number().min(0).optional(),
  level, lowest: level.optional(), highest: level.optional(),
}).transform((given, context): AutonomyRule => {
  const { lowest = given.level, highest = given.level } = given;
  if (heightOf(lowest) > heightOf(given.level) || heightOf(highest) < heightOf(given.level)) context.addIssue({ code: "custom", message: `The level "${given.level}" does not lie between lowest and highest.` });
  return {
    name: given.name, intents: given.intents ?? null, channels: given.channels ?? null, risks: given.risks ?? null, amountUpToCents: given.amountUpTo === undefined ? null : Math.round(given.amountUpTo * 100),
    level: given.level, range: lowest === highest ? null : { lowest, highest },
  };
});

/** `autonomy` in `baton.yaml`. Amounts in whole units of the currency, rates 0..1. Without it, policies alone decide. */
export const autonomySection: z.ZodType<AutonomyPlan> = z.strictObject({
  level: level.default("act"),
  approval: approval.prefault({}),
  notice: z.union([z.string().trim().min(1).max(500), z.literal(false).transform(() => null)]).default("Thank you for your message. A colleague will look at it and answer you here."),
  measure: z.strictObject({ window: z.number().int().min(1).max(10_000).default(100), minimum: z.number().int().min(1).default(30), promoteAtMost: rate.default(0.02), demoteAbove: rate.default(0.1) }).prefault({})
    .refine((given) => given.promoteAtMost < given.demoteAbove && given.minimum <= given.window, "promoteAtMost must be below demoteAbove, and minimum at most window."),
  rules: z.array(rule).default([]).refine((rules) => new Set(rules.map((each) => each.name)).size === rules.length, "Two rules have the same name."),
});
