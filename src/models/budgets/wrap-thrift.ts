import type { Model, ModelPart, ModelRequest } from "../model.ts";
import type { Budgets } from "./budgets.ts";

/**
 * The same model, told to be thrifty where a budget with `then: cheaper` has passed its soft limit (or its hard one, where it has no other).
 * Put it around what chooses among models: the request then names the route or model of the rule (`use`), or, where it names none, says `isThrifty`: the cheapest that will do.
 */
export function wrapThrift(inner: Model, deps: { budgets: Budgets }): Model {
  return { ...inner, stream: (request) => thrifty(inner, deps.budgets, request) };
}

async function* thrifty(inner: Model, budgets: Budgets, request: ModelRequest): AsyncGenerator<ModelPart> {
  const outlook = await budgets.outlook(request.context);
  if (outlook.kind === "open") yield* inner.stream(request);
  else yield* inner.stream({ ...request, context: { ...request.context, isThrifty: true, ...(outlook.use === null ? {} : { route: outlook.use }) } });
}
