import { entryOfSettings, type ModelConfig } from "../choose-model.ts";
import { routesOf, type ModelEntry, type ModelsFile, type Provider, type RouteDefinition } from "./models-file.ts";

/** Which models there are and how they are asked, wherever that was said. `keys`: for entries without a key of their own; `concurrency`: calls at the same time of each provider. */
export type DeclaredModels = { entries: readonly ModelEntry[]; keys: Partial<Record<Provider, string>>; concurrency: Partial<Record<Provider, number>>; routes: Map<string, RouteDefinition> };

/** What `models.yaml` says; without it, what the settings of the environment say. Errors: those of `entryOfSettings`. */
export function declaredModels(file: ModelsFile | null, settings: ModelConfig): DeclaredModels {
  if (file !== null) {
    const { openaiApiKey, anthropicApiKey } = settings;
    return { entries: file.models, keys: { ...(openaiApiKey === undefined ? {} : { openai: openaiApiKey }), ...(anthropicApiKey === undefined ? {} : { anthropic: anthropicApiKey }) }, concurrency: file.concurrency, routes: routesOf(file.routes) };
  }
  const chosen = entryOfSettings(settings);
  if (chosen === null) return { entries: [], keys: {}, concurrency: {}, routes: new Map() };
  const { entry, key } = chosen;
  return { entries: [entry], keys: key === undefined ? {} : { [entry.provider]: key }, concurrency: {}, routes: new Map([["default", { models: [entry.name], hedge: null, cache: null }]]) };
}
