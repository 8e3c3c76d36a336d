import { modelUnknown } from "../../models/models.errors.ts";
import { AUTO, SUPPORT, type GatewayDeps } from "./gateway-call.ts";

type Listed = { id: string; object: "model"; created: number; owned_by: string };

type ListDeps = Pick<GatewayDeps, "models" | "turns">;

/** The name under which the workspace's own embedding model is asked. */
export const OWN_EMBEDDER = "baton/embedding";

/** Everything that may stand as `model` in a request: models, routes, and what is Baton's own. */
export function listModels(deps: ListDeps): { object: "list"; data: Listed[] } {
  const { inventory, candidates, routes, model } = deps.models;
  const listed = (id: string, owner: string): Listed => ({ id, object: "model", created: 0, owned_by: owner });
  const embedding = [...inventory.values()].filter((opened) => opened.abilities.has("embeddings") && !candidates.has(opened.name)).map((opened) => listed(opened.name, opened.provider));
  return {
    object: "list",
    data: [
      ...(model === null ? [] : [listed(AUTO, "baton")]), listed(SUPPORT, "baton"), ...(deps.turns.knowledge.embedder ? [listed(OWN_EMBEDDER, "baton")] : []),
      ...[...routes.keys()].map((name) => listed(name, "baton")), ...[...candidates.values()].map((candidate) => listed(candidate.name, candidate.model.provider)), ...embedding,
    ],
  };
}

/** `name` as it stands in an address. Throws `models.unknown`. */
export function oneModel(deps: ListDeps, name: string): Listed {
  const id = decoded(name);
  const found = listModels(deps).data.find((each) => each.id === id);
  if (found === undefined) throw modelUnknown({ message: `There is no AI model and no route "${id}".`, details: { name: id } });
  return found;
}

/** What is no right escape stands for itself, and for no model. */
function decoded(name: string): string {
  try {
    return decodeURIComponent(name);
  } catch {
    return name;
  }
}
