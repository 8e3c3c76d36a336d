import { stat } from "node:fs/promises";
import { join } from "node:path";
import { workspaceInvalid } from "../workspace/workspace.errors.ts";

/** Throws `workspace.invalid` with what to name instead, for a folder that is not there or has no `baton.yaml`. */
export async function requireWorkspace(folder: string): Promise<void> {
  const isThere = (path: string) => stat(path).then(() => true, () => false);
  if (!(await isThere(folder))) throw workspaceInvalid({ message: `There is no folder "${folder}". Name the folder of a workspace, such as examples/shop.` });
  if (!(await isThere(join(folder, "baton.yaml")))) throw workspaceInvalid({ message: `"${folder}" is no workspace that can be read: it has no baton.yaml. Name the folder of a workspace, such as examples/shop.` });
}
