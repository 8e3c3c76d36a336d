import { stat } from "node:fs/promises";
import { isAbsolute } from "node:path";
import type { z } from "zod";
import { folderKind, permitted } from "../../knowledge/sources/adapters/folder.ts";
import { SOURCE_KINDS } from "../../knowledge/sources/adapters/index.ts";
import { messageOf } from "../../lib/app-error.ts";

/** The names of all kinds of sources. */
export const SOURCE_KIND_NAMES: readonly string[] = [...SOURCE_KINDS.keys()].sort();

/** What the settings of a kind have to be; null: there is no such kind. */
export function settingsSchemaOf(kind: string): z.ZodType | null {
  return SOURCE_KINDS.get(kind)?.settings ?? null;
}

/** Why a source of this kind could not read `folder` from the workspace `root`; null: it can. What the operator lists is known at start only. */
export async function folderFault(kind: string, folder: unknown, root: string): Promise<string | null> {
  if (kind !== folderKind.kind || typeof folder !== "string") return null;
  try {
    const path = await permitted(folder, isAbsolute(folder) ? [folder] : [root]);
    return (await stat(path)).isDirectory() ? null : `${folder} is a file; a source of the kind folder takes what lies in a folder.`;
  } catch (error) {
    return messageOf(error);
  }
}
