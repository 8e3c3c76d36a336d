import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { isFolder } from "../lib/is-folder.ts";
import type { PolicyFile } from "./cedar/read-rules.ts";

/** A workspace's `policies/`, as written; `files` are named from the workspace's folder. Empty where there is none. */
export type PolicyFolder = { policies: string; schema: string | null; files: PolicyFile[]; schemaFiles: PolicyFile[] };

export async function readPolicyFolder(workspace: string): Promise<PolicyFolder> {
  const folder = join(workspace, "policies");
  const names = (await isFolder(folder)) ? (await readdir(folder)).sort() : [];
  return toPolicyFolder(await Promise.all(names.filter(isPolicyFile).map(async (name) => ({ file: `policies/${name}`, text: await readFile(join(folder, name), "utf8") }))));
}

export function isPolicyFile(name: string): boolean {
  return name.endsWith(".cedar") || name.endsWith(".cedarschema");
}

/** The same from texts, wherever they come from. */
export function toPolicyFolder(all: readonly PolicyFile[]): PolicyFolder {
  const files = all.filter(({ file }) => file.endsWith(".cedar"));
  const schemaFiles = all.filter(({ file }) => file.endsWith(".cedarschema"));
  return { policies: files.map((each) => each.text).join("\n"), schema: schemaFiles.length > 0 ? schemaFiles.map((each) => each.text).join("\n") : null, files, schemaFiles };
}
