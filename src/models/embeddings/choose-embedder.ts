import { join, resolve } from "node:path";
import type { Budgets } from "../budgets/budgets.ts";
import { isInside } from "../choose-model.ts";
import type { ModelHandling } from "../model.ts";
import { NO_CHARGE } from "../prices.ts";
import type { HidingDeps } from "../wrappers/with-hiding.ts";
import { createHashedEmbedder } from "./adapters/hashed.ts";
import { openOnnxEmbedder } from "./adapters/onnx.ts";
import { createOpenAiEmbedder } from "./adapters/openai-compatible.ts";
import type { Embedder } from "./embedder.ts";
import type { EmbeddingsSettings } from "./embeddings-file.ts";
import { createEmbedMeter } from "./meter-requests.ts";
import { withHiddenTexts } from "./with-hidden-texts.ts";

/** `workspaceFolder` is where relative folders begin. `readSecret` throws when there is none of that name. */
export type ChooseEmbedderDeps = { workspaceFolder: string; readSecret(name: string): Promise<string>; budgets: Budgets; hiding: HidingDeps };

/**
 * The embedding model that a workspace asks for; null: passages are found by their words alone. One on a server has its requests counted within the budgets, and
 * sees what the data rules let it see; what is computed in this process costs nothing and is not written down.
 *
 * Errors: `models.misconfigured` for a folder without a model, or without onnxruntime-node (it says how to install it).
 */
export async function chooseEmbedder(deps: ChooseEmbedderDeps, settings: EmbeddingsSettings): Promise<Embedder | null> {
  if (settings === "none") return null;
  if (settings === "hashed") return createHashedEmbedder();
  if ("folder" in settings) {
    const prefixes = settings.prefixes === undefined ? {} : { prefixes: settings.prefixes };
    const runtimeFolders = [...(settings.runtime === undefined ? [] : [resolve(deps.workspaceFolder, settings.runtime)]), deps.workspaceFolder, join(import.meta.dirname, "..", "..", "..")];
    return openOnnxEmbedder({ folder: resolve(deps.workspaceFolder, settings.folder), runtimeFolders, threads: settings.threads, ...prefixes });
  }
  return openServer(deps, settings);
}

type ServerSettings = Extract<EmbeddingsSettings, { url: string }>;

async function openServer({ readSecret, budgets, hiding }: ChooseEmbedderDeps, settings: ServerSettings): Promise<Embedder> {
  const { model, url, key, dimensions, prefixes } = settings;
  const handling = handlingOf(settings);
  // As for language models: a private address alone does not say that nobody bills it.
  const free = settings.handling === "inside" ? NO_CHARGE : null;
  const price = settings.price === undefined ? free : { prompt: settings.price.prompt, completion: 0 };
  const meter = createEmbedMeter({ budgets, model: { id: model, provider: "openai-compatible", price } });
  const embedder = createOpenAiEmbedder({ modelId: model, baseUrl: url, dimensions, handling, meter, ...(key === undefined ? {} : { apiKey: await readSecret(key) }), ...(prefixes === undefined ? {} : { prefixes }) });
  return withHiddenTexts(embedder, hiding);
}

function handlingOf({ url, handling }: ServerSettings): ModelHandling {
  if (handling === undefined) return isInside(new URL(url).hostname.replace(/^\[|\]$/g, "")) ? "inside" : "public";
  return handling === "outside" ? "public" : handling;
}
