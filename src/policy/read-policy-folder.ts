import { readdir, readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import type { PolicyFile } from "./cedar/read-rules.ts";

/** A workspace's `policies/`, as written; `files` are named from the workspace's folder. Empty where there is none. */
export type PolicyFolder = { policies: string; schema: string | null; files: PolicyFile[]; schemaFiles: PolicyFile[] };

export async function readPolicyFolder(workspace: string): Promise<PolicyFolder> {
  const folder = join(workspace, "policies");
  const names = (await isFolder(folder)) ? (await readdir(folder)).sort() : [];
  const read = (ending: string) => Promise.all(names.filter((name) => name.endsWith(ending)).map(async (name) => ({ file: `policies/${name}`, text: await readFile(join(folder, name), "utf8") })));
  const [files, schemaFiles] = [await read(".cedar"), await read(".cedarschema")];
  return { policies: files.map((each) => each.text).join("\n"), schema: schemaFiles.length > 0 ? schemaFiles.map((each) => each.text).join("\n") : null, files, schemaFiles };
}

async function isFolder(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isDirectory();
  } catch {
    return false;
  }
}
