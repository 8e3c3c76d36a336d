import { namesOf, type RouteDefinition } from "../inventory/models-file.ts";
import type { Candidate } from "./candidate.ts";

/**
 * The models of a route in the order in which they are asked. Of models that are as good as each other comes first whoever has
 * the fewest calls under way for its weight; where that is equal, one drawn by weight.
 *
 * Units: `random` 0..1. Not pure: it reads how many calls are under way.
 */
export function orderModels(route: Pick<RouteDefinition, "models">, candidates: ReadonlyMap<string, Candidate>, random: () => number): Candidate[] {
  return route.models.flatMap((step) => {
    const known = namesOf(step).flatMap((name) => candidates.get(name) ?? []);
    return typeof step === "string" ? known : balanced(known, step.balance, random);
  });
}

function balanced(known: readonly Candidate[], weights: Readonly<Record<string, number>>, random: () => number): Candidate[] {
  return known
    .map((candidate) => {
      const weight = weights[candidate.name] ?? 1;
      // Exponential draws: the smallest is each one's with the chance of its weight.
      return { candidate, load: candidate.running() / weight, draw: -Math.log(1 - random()) / weight };
    })
    .sort((one, other) => one.load - other.load || one.draw - other.draw)
    .map(({ candidate }) => candidate);
}
