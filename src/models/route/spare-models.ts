import type { Budgets, PassedModel } from "../budgets/budgets.ts";
import { namesOf, type RouteDefinition, type RouteStep } from "../inventory/models-file.ts";
import type { ModelRequest } from "../model.ts";
import type { ChooseRoute, RouteChoice } from "./route-model.ts";

export type SpareDeps = {
  budgets: Pick<Budgets, "passedModels">;
  /** The route or model that a budget names; see `findRoute`. */
  find(name: string): RouteDefinition;
  /** Every model that may answer this request, the cheapest first. */
  cheapestFor(request: ModelRequest): readonly string[];
};

/**
 * The same choice, sparing models whose own budget (`scope: model`, `then: cheaper`) has passed its soft limit, or its hard one where it has no other: what
 * the budget names is asked in their place, or the rest of the route, or, where nobody else was asked for, the cheapest others. The spared ones stand last.
 */
export function spareModels(choose: ChooseRoute, deps: SpareDeps): ChooseRoute {
  return async (request) => {
    const choice = await choose(request);
    const passed = await deps.budgets.passedModels(request.context, choice.route.models.flatMap(namesOf));
    return passed.length === 0 ? choice : spared(choice, passed, deps, request);
  };
}

function spared({ route, reason }: RouteChoice, passed: readonly PassedModel[], deps: SpareDeps, request: ModelRequest): RouteChoice {
  const names = new Set(passed.map(({ model }) => model));
  const instead = passed.flatMap(({ use }) => (use === null ? [] : deps.find(use).models.flatMap((step) => without(step, names))));
  const rest = [...new Set([...instead, ...route.models.flatMap((step) => without(step, names))])];
  const others = rest.length > 0 || request.context.route !== undefined ? [] : deps.cheapestFor(request).filter((name) => !names.has(name));
  const said = passed.map(({ model, budget }) => `the budget ${budget} spares ${model}`).join(", ");
  return { route: { ...route, models: [...rest, ...others, ...names] }, reason: `${reason}; ${said}` };
}

/** What is left of a step: nothing, or as it was, or less to choose from. */
function without(step: RouteStep, names: ReadonlySet<string>): RouteStep[] {
  if (typeof step === "string") return names.has(step) ? [] : [step];
  const left = Object.entries(step.balance).filter(([name]) => !names.has(name));
  return left.length === 0 ? [] : [{ balance: Object.fromEntries(left) }];
}
