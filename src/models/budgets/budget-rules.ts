import { z } from "zod";
import type { CallContext } from "../call-context.ts";
import { isTimeZone } from "./budget-window.ts";

export const BUDGET_SCOPES = ["tenant", "user", "contact", "case", "workflow", "model", "key"] as const;
export const BUDGET_WINDOWS = ["minute", "day", "month"] as const;
export const BUDGET_THENS = ["refuse", "cheaper", "handoff"] as const;
export type BudgetScope = (typeof BUDGET_SCOPES)[number];
export type BudgetWindow = (typeof BUDGET_WINDOWS)[number];
export type BudgetThen = (typeof BUDGET_THENS)[number];

/**
 * One limit. Each subject of its scope (each user, each case) has the whole amount for itself, in each window anew.
 *
 * `matches`: only these subjects, by id or name, `*` standing for anything; null: all. `use`: what `cheaper` goes to; null: the cheapest model there is.
 */
export type BudgetRule = { name: string; scope: BudgetScope; matches: readonly string[] | null; window: BudgetWindow; timeZone: string; softMicroUsd: number | null; hardMicroUsd: number; then: BudgetThen; use: string | null };

/** What a call of a model without a known price is counted as: micro-USD per million tokens; `refuse`: it may not be called where a budget applies. */
export type UnknownPrice = "refuse" | { prompt: number; completion: number };

const usd = z.number().nonnegative().max(1_000_000_000).transform((amount) => Math.round(amount * 1_000_000));

const ruleShape = z.strictObject({
  name: z.string().regex(/^[a-z][a-z0-9_.-]{0,62}$/, "A name has small letters, digits, dots and dashes.").optional(),
  scope: z.enum(BUDGET_SCOPES),
  match: z.union([z.string().min(1).transform((one) => [one]), z.array(z.string().min(1)).min(1)]).optional(),
  window: z.enum(BUDGET_WINDOWS),
  soft: usd.optional(),
  hard: usd,
  then: z.enum(BUDGET_THENS).default("refuse"),
  use: z.string().min(1).optional(),
  timeZone: z.string().refine(isTimeZone, "Write a time zone as Europe/Berlin or UTC.").default("UTC"),
});

/** `budgets` in `models.yaml`. Amounts in USD; days and months begin at midnight of `timeZone`, which is UTC unless it is stated. */
export const budgetsSection = z.array(ruleShape.transform((given, context): BudgetRule => {
  if (given.soft !== undefined && given.soft > given.hard) context.addIssue({ code: "custom", path: ["soft"], message: "The soft limit must not be above the hard one." });
  if (given.use !== undefined && given.then !== "cheaper") context.addIssue({ code: "custom", path: ["use"], message: "`use` goes with `then: cheaper`." });
  return {
    name: given.name ?? `${given.scope}-${given.window}`, scope: given.scope, matches: given.match ?? null, window: given.window, timeZone: given.timeZone,
    softMicroUsd: given.soft ?? null, hardMicroUsd: given.hard, then: given.then, use: given.use ?? null,
  };
})).refine((rules) => new Set(rules.map((rule) => rule.name)).size === rules.length, "Two budgets have the same name: give each a `name`.");

/** `unknownPrice` in `models.yaml`: `refuse`, or USD per million tokens. Without it the dearest price of our list. */
export const unknownPriceSection = z.union([z.literal("refuse"), z.strictObject({ prompt: usd, completion: usd })]);

/** Whose amount a call draws on; null when the budget does not concern it. `model`: its name in the inventory, null before one is chosen. */
export function subjectOf(rule: BudgetRule, context: CallContext, model: string | null): string | null {
  const given = idOf(rule.scope, context, model);
  if (given === null) return null;
  const subject = storable(given);
  return rule.matches === null || rule.matches.some((pattern) => isLike(pattern, subject)) ? subject : null;
}

function idOf(scope: BudgetScope, context: CallContext, model: string | null): string | null {
  switch (scope) {
    case "tenant": return context.tenantId;
    case "user": return context.userId ?? null;
    case "contact": return context.contactId ?? null;
    case "case": return context.caseId ?? null;
    case "workflow": return context.workflow ?? null;
    case "model": return model;
    case "key": return context.apiKeyId ?? null;
  }
}

/** As PostgreSQL takes it: a user's name comes from outside. */
export function storable(text: string): string {
  return /[\0\ud800-\udfff]/.test(text) || text.length > MAX_SUBJECT ? text.replaceAll("\0", "").slice(0, MAX_SUBJECT).toWellFormed() : text;
}

const MAX_SUBJECT = 200;
const patterns = new Map<string, RegExp>();

function isLike(pattern: string, subject: string): boolean {
  if (!pattern.includes("*")) return pattern === subject;
  const known = patterns.get(pattern);
  if (known !== undefined) return known.test(subject);
  const made = new RegExp(`^${pattern.split(/\*+/).map((part) => part.replace(/[.+?^${}()|[\]\\]/g, "\\$&")).join("[^]*")}$`);
  patterns.set(pattern, made);
  return made.test(subject);
}
