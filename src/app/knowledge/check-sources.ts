import type { z } from "zod";
import { SOURCE_KINDS } from "../../knowledge/sources/adapters/index.ts";

/** The names of all kinds of sources. */
export const SOURCE_KIND_NAMES: readonly string[] = [...SOURCE_KINDS.keys()].sort();

/** What the settings of a kind have to be; null: there is no such kind. */
export function settingsSchemaOf(kind: string): z.ZodType | null {
  return SOURCE_KINDS.get(kind)?.settings ?? null;
}
