import { z } from "zod";

/** Which models of the inventory a router chooses among, as they were when it was trained. */
const routerModel = z.object({ name: z.string(), provider: z.string(), modelId: z.string(), quality: z.number(), microUsd: z.number() });

/**
 * A part of the cases, as it would have gone with the router, out of predictions for cases it had not seen. Quality 0..1, cost in
 * micro-USD a case; `lower`: the quality that is reached in all likelihood (95 %, one-sided). `share`: of cases that go to a cheaper
 * model. `isOpen`: false where the floor is not proven, so that all go to the best single model.
 */
const routerRow = z.object({ name: z.string(), cases: z.number(), isOpen: z.boolean(), share: z.number(), microUsd: z.number(), bestMicroUsd: z.number(), quality: z.number(), lower: z.number(), bestQuality: z.number() });
export type RouterRow = z.output<typeof routerRow>;

/** One way to set the router: a cheaper model may be predicted to be worse by `tolerance` at most. */
const routerPoint = z.object({ tolerance: z.number(), share: z.number(), microUsd: z.number(), quality: z.number(), lower: z.number() });
export type RouterPoint = z.output<typeof routerPoint>;

/** `chosen` indexes `points`, null: none keeps the floor, and all goes to the best single model. `apgr`: how much of the quality between cheapest and best is recovered on average over all shares; 0.5 is chance. */
export const routerReport = z.object({
  models: z.array(routerModel), best: z.string(), floor: z.number(), folds: z.number(), apgr: z.number().nullable(), calibrationError: z.number(),
  points: z.array(routerPoint), chosen: z.number().nullable(), total: routerRow, languages: z.array(routerRow), intents: z.array(routerRow),
});
export type RouterReport = z.output<typeof routerReport>;

const routerVersionView = z.object({ number: z.number(), isActive: z.boolean(), cases: z.number(), trainedOn: z.string(), by: z.string(), at: z.string(), report: routerReport });
export type RouterVersionView = z.output<typeof routerVersionView>;

/** `stale`: why the active version is not used, null when it is. */
export const routingView = z.object({ active: z.number().nullable(), stale: z.string().nullable(), grades: z.object({ grades: z.number(), prompts: z.number(), models: z.number() }), versions: z.array(routerVersionView) });
export type RoutingView = z.output<typeof routingView>;
