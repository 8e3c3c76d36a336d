import { namesOf, type RouteStep } from "../inventory/models-file.ts";

/**
 * The steps of a route in the order that the learned router has chosen; those it knows nothing of stay behind, in their own order, and
 * stand in when the others fail. Models that are declared to be as good as each other stay together, unless the router knows
 * several of them: then it tells them apart. Pure.
 */
export function reorderSteps(steps: readonly RouteStep[], names: readonly string[]): RouteStep[] {
  const placeOf = (step: RouteStep) => Math.min(...namesOf(step).map((name) => (names.includes(name) ? names.indexOf(name) : names.length)));
  return steps.flatMap((step) => apart(step, names)).sort((one, other) => placeOf(one) - placeOf(other));
}

function apart(step: RouteStep, names: readonly string[]): RouteStep[] {
  const known = namesOf(step).filter((name) => names.includes(name));
  if (typeof step === "string" || known.length < 2) return [step];
  const rest = Object.entries(step.balance).filter(([name]) => !names.includes(name));
  return rest.length === 0 ? known : [...known, { balance: Object.fromEntries(rest) }];
}
