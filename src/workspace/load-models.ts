import type { ModelsFile } from "../models/inventory/models-file.ts";
import type { ToolNeeds } from "../tools/declared/tool-needs.ts";

/** The secrets that `models.yaml` names, so that missing ones are told at the start. */
export function needsOfModels(file: ModelsFile): ToolNeeds {
  return { secrets: [...new Set(file.models.flatMap(({ key }) => key ?? []))], addresses: [] };
}
