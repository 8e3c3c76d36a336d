import { stat } from "node:fs/promises";
import { join } from "node:path";
import { modelsFile } from "../../models/inventory/models-file.ts";
import { isTakenForOurs } from "../../models/inventory/open-model.ts";
import type { Finding } from "../../workflows/verify/finding.ts";
import { doubtPrices } from "./doubt-prices.ts";
import { readSettingsFile, type Settings } from "./read-settings.ts";

const FILE = "models.yaml";
const ADVICE = "Write `handling: inside` where the model runs in your house: it then costs nothing. Where this server hands requests on to a provider, write `handling: contract` or `public`, and its `price`.";

/** `models.yaml`, where the workspace has one, and which of its servers are in the house only by their address. */
export async function readModels(root: string): Promise<Finding[]> {
  const isThere = await stat(join(root, FILE)).then((found) => found.isFile(), () => false);
  if (!isThere) return [];
  const file = await readSettingsFile(root, FILE, "models", modelsFile, "docs/guides/models.md");
  const doubts = [...(file.data?.models ?? []).entries()].filter(([, entry]) => isTakenForOurs(entry));
  return [...file.findings, ...doubtPrices(file, Date.now()), ...doubts.map(([place, { name, price }]): Finding => {
    const cost = price === undefined ? " What it costs is not known, so budgets count it at `unknownPrice`." : "";
    return { ...file.at(["models", place, "url"], `The model "${name}" counts as in the house by its address alone, so personal data goes there as it is.${cost}`, ADVICE), severity: "warning" };
  })];
}

/** The same of `embeddings` in `baton.yaml`. */
export function doubtEmbeddings({ baton }: Pick<Settings, "baton">): Finding[] {
  const settings = baton.data?.embeddings;
  if (typeof settings !== "object" || !("url" in settings) || !isTakenForOurs({ provider: "openai-compatible", url: settings.url, handling: settings.handling === undefined ? undefined : "inside" })) return [];
  const cost = settings.price === undefined ? " What it costs is not known, so budgets count it at `unknownPrice`." : "";
  return [{ ...baton.at(["embeddings", "url"], `The embedding model counts as in the house by its address alone, so personal data goes there as it is.${cost}`, ADVICE), severity: "warning" }];
}
