import type { ModelsFile } from "../inventory/models-file.ts";
import { namesOf, PROVIDERS, routesOf } from "../inventory/models-file.ts";
import { openModel, type OpenModelDeps } from "../inventory/open-model.ts";
import type { RoutableModel } from "./train-router.ts";

/** Nothing is called here, so no key is read. */
const UNUSED: OpenModelDeps = { readKey: () => Promise.reject(new Error("no key is read for a price")), keys: Object.fromEntries(PROVIDERS.map((provider) => [provider, "unused"])), builtIn: () => { throw new Error("nothing is called for a price"); } };

/** The models of the default route in `models.yaml`, with their prices. Errors: those of `openModel`. */
export function routableModels(file: ModelsFile): RoutableModel[] {
  const names = new Set((routesOf(file.routes).get("default")?.models ?? []).flatMap(namesOf));
  return file.models.filter((entry) => names.has(entry.name)).map((entry) => {
    const { name, provider, modelId, price } = openModel(entry, UNUSED);
    return { name, provider, modelId, price };
  });
}
