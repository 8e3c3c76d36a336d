import { z } from "zod";

/** What was spent on one thing. Micro-USD; `unpriced`: calls whose price is not known, which are in no sum. */
const share = z.object({ name: z.string(), microUsd: z.number(), calls: z.number() });

/** A budget in its running window. `state`: `over` when no call fits any more; `spent`, `held` (reserved by calls that are open) and `unreported` (held by processes that ended without a word: counts as spent) in micro-USD. `until`: when the window is over. */
const budgetView = z.object({
  budget: z.string(), scope: z.enum(["tenant", "user", "contact", "case", "workflow", "model", "key"]), subject: z.string().nullable(), window: z.enum(["minute", "day", "month"]), timeZone: z.string(), then: z.enum(["refuse", "cheaper", "handoff"]), use: z.string().nullable(),
  spentMicroUsd: z.number(), heldMicroUsd: z.number(), unreportedMicroUsd: z.number(), softMicroUsd: z.number().nullable(), hardMicroUsd: z.number(), refusals: z.number(), state: z.enum(["within", "warned", "over"]), until: z.string(),
});
export type BudgetView = z.output<typeof budgetView>;

/** `cached`: calls answered out of the cache, which saved `savedMicroUsd`. `unreported`: an estimate of calls that ended with their process, in no other sum. */
const total = z.object({
  microUsd: z.number(), calls: z.number(), unpriced: z.number(), estimated: z.number(), failed: z.number(), cached: z.number(), savedMicroUsd: z.number(), unreportedMicroUsd: z.number(),
  conversations: z.number(), perConversationMicroUsd: z.number().nullable(), resolvedCases: z.number(), perResolutionMicroUsd: z.number().nullable(),
});

/** The cost of the last `days` days (UTC), today included. `series`: a line of the chart, a figure a day. */
export const costView = z.object({
  days: z.array(z.string()),
  total,
  before: z.object({ microUsd: z.number(), calls: z.number() }),
  byModel: z.array(share.extend({ perDay: z.array(z.number()) })),
  byPurpose: z.array(share.extend({ perDay: z.array(z.number()) })),
  budgets: z.array(budgetView),
  conversations: z.array(share.extend({ contact: z.string().nullable() })),
});
export type CostView = z.output<typeof costView>;
