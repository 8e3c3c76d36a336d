import { join, resolve } from "node:path";
import { isInside } from "../choose-model.ts";
import { createHashedEmbedder } from "./adapters/hashed.ts";
import { openOnnxEmbedder } from "./adapters/onnx.ts";
import { createOpenAiEmbedder } from "./adapters/openai-compatible.ts";
import type { Embedder } from "./embedder.ts";
import type { EmbeddingsSettings } from "./embeddings-file.ts";

/** `workspaceFolder` is where relative folders begin. `readSecret` throws when there is none of that name. */
export type ChooseEmbedderDeps = { workspaceFolder: string; readSecret(name: string): Promise<string> };

/**
 * The embedding model that a workspace asks for; null: passages are found by their words alone.
 *
 * Errors: `models.misconfigured` for a folder without a model, or without onnxruntime-node (it says how to install it).
 */
export async function chooseEmbedder(deps: ChooseEmbedderDeps, settings: EmbeddingsSettings): Promise<Embedder | null> {
  if (settings === "none") return null;
  if (settings === "hashed") return createHashedEmbedder();
  const prefixes = settings.prefixes === undefined ? {} : { prefixes: settings.prefixes };
  if ("folder" in settings) {
    const runtimeFolders = [...(settings.runtime === undefined ? [] : [resolve(deps.workspaceFolder, settings.runtime)]), deps.workspaceFolder, join(import.meta.dirname, "..", "..", "..")];
    return openOnnxEmbedder({ folder: resolve(deps.workspaceFolder, settings.folder), runtimeFolders, threads: settings.threads, ...prefixes });
  }
  const isKept = settings.handling === undefined ? isInside(new URL(settings.url).hostname.replace(/^\[|\]$/g, "")) : settings.handling === "inside";
  const key = settings.key === undefined ? {} : { apiKey: await deps.readSecret(settings.key) };
  return createOpenAiEmbedder({ modelId: settings.model, baseUrl: settings.url, dimensions: settings.dimensions, handling: isKept ? "inside" : "public", ...key, ...prefixes });
}
