import type { RouteDefinition } from "../inventory/models-file.ts";
import type { Model, ModelPart, ModelRequest } from "../model.ts";
import { modelUnknown } from "../models.errors.ts";
import type { HidingDeps } from "../wrappers/with-hiding.ts";
import { fitting, whyNone, type Candidate, type Unfit } from "./candidate.ts";
import { firstToAnswer, type Tried } from "./first-to-answer.ts";
import { createLatencies } from "./latencies.ts";
import { orderModels } from "./order-models.ts";

/** What a request is sent to, and why: for the trace. */
export type RouteChoice = { route: RouteDefinition; reason: string };

/** The models that will be asked, in their order, and those that will not. */
export type RoutePlan = { candidates: Candidate[]; unfit: Unfit[]; hedge: RouteDefinition["hedge"]; reason: string };

/** Throws what refuses the whole call, as a budget that is used up. */
export type ChooseRoute = (request: ModelRequest) => RouteChoice | Promise<RouteChoice>;

export type RouteDeps = { candidates: ReadonlyMap<string, Candidate>; choose: ChooseRoute; hiding: HidingDeps; random?: () => number };

/** `plan` is for callers that speak to a provider themselves. Its errors are those of `choose`, and `whyNone`'s when nobody fits. */
export type Router = { model: Model; plan(request: ModelRequest): Promise<RoutePlan> };

/**
 * All models as one: each request goes to the first model of its route that may and can answer it, and on to the next one when
 * that fails before its first part.
 *
 * Streaming: after the first part nothing is asked again: the answer is completed by the model that began it, or the error goes to
 *   the caller, who withdraws what it has shown. No text ever comes twice.
 * Errors: `models.data_not_allowed`, `models.prompt_too_long`, `models.none_fits` before anything is sent; `models.unknown`; else the last model's.
 * `id`, `provider` and price are those of the route's first model; who has answered stands in the finish (`served`).
 */
export function createRouter(deps: RouteDeps, first: Model): Router {
  const latencies = createLatencies();
  // Nothing is awaited between the order and the first call under way: calls that come together see each other.
  const planOf = ({ route, reason }: RouteChoice, request: ModelRequest): RoutePlan => {
    const candidates = orderModels(route, deps.candidates, deps.random ?? Math.random);
    const { fit, unfit } = fitting(deps.hiding, candidates, request);
    if (fit.length === 0) throw whyNone(unfit, candidates, request);
    return { candidates: fit, unfit, hedge: route.hedge, reason };
  };
  const settingsOf = (hedge: RouteDefinition["hedge"]) => ({
    hedgeAfterMs: (candidate: Candidate) => (hedge === null ? null : (latencies.percentile(candidate.name, hedge.percentile) ?? hedge.firstMs)),
    onFirstPart: (candidate: Candidate, ms: number) => latencies.add(candidate.name, ms),
  });
  const { name: _, ...plain } = first;
  return {
    plan: async (request) => planOf(await deps.choose(request), request),
    model: { ...plain, stream: (request) => routed({ choose: deps.choose, planOf, settingsOf }, request) },
  };
}

type Routing = { choose: ChooseRoute; planOf(choice: RouteChoice, request: ModelRequest): RoutePlan; settingsOf: SettingsOf };

type SettingsOf = (hedge: RouteDefinition["hedge"]) => Parameters<typeof firstToAnswer>[2];

async function* routed({ choose, planOf, settingsOf }: Routing, request: ModelRequest): AsyncGenerator<ModelPart> {
  const choice = await choose(request);
  const { candidates, hedge, reason } = planOf(choice, request);
  // A second request beside the only model there is goes to that same model.
  const only = candidates.length === 1 && hedge !== null ? candidates[0] : undefined;
  const answering = await firstToAnswer(only === undefined ? candidates : [only, only], request, settingsOf(hedge));
  let isOver = false;
  try {
    for (let next = answering.first; ; next = await answering.rest.next()) {
      if (next.done) {
        isOver = true;
        return;
      }
      yield next.value.kind === "finish" && next.value.served !== undefined ? { ...next.value, served: { ...next.value.served, reason: whyOf(reason, answering.tried) } } : next.value;
    }
  } catch (thrown) {
    isOver = true;
    throw thrown;
  } finally {
    if (!isOver) answering.stop();
  }
}

function whyOf(reason: string, tried: readonly Tried[]): string {
  return tried.length === 0 ? reason : `${reason}; before it ${tried.map(({ name, code }) => `${name} (${code})`).join(", ")}`;
}

/** Finds a route by its name; a model's name is a route of that model alone. Throws `models.unknown`. */
export function findRoute(routes: ReadonlyMap<string, RouteDefinition>, candidates: ReadonlyMap<string, Candidate>, name: string): RouteDefinition {
  const route = routes.get(name) ?? (candidates.has(name) ? { models: [name], hedge: null, cache: null } : undefined);
  if (route === undefined) throw modelUnknown({ message: `There is no AI model and no route "${name}".`, details: { name } });
  return route;
}
