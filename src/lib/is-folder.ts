import { stat } from "node:fs/promises";

/** Whether a folder is there that may be looked at; a link to one counts. */
export async function isFolder(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isDirectory();
  } catch {
    return false;
  }
}
