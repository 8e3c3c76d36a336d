import { execFile } from "node:child_process";
import { basename, resolve } from "node:path";
import { promisify } from "node:util";
import { loadPolicy, toPolicy } from "../app/load-policy.ts";
import { messageOf } from "../lib/app-error.ts";
import { isFolder } from "../lib/is-folder.ts";
import type { Policy } from "../policy/policy.ts";
import { policyInvalid } from "../policy/policy.errors.ts";
import { isPolicyFile, toPolicyFolder } from "../policy/read-policy-folder.ts";

const run = promisify(execFile);

/**
 * The policies of a folder (a workspace, or its `policies/`), or of `workspace` at a git revision. What is both is the folder.
 * Throws `policy.invalid` with what to do instead.
 */
export async function policyAt(name: string, workspace: string): Promise<Policy> {
  if (await isFolder(name)) return loadPolicy(name);
  const root = basename(resolve(workspace)) === "policies" ? resolve(workspace, "..") : resolve(workspace);
  const revision = await git(root, ["rev-parse", "--verify", "--quiet", "--end-of-options", `${name}^{commit}`]).catch((error: unknown) => {
    throw policyInvalid({ message: `"${name}" is neither a folder nor a git revision of ${root}. Name a workspace's folder, or a revision such as HEAD~1, a tag or a branch.`, cause: error });
  });
  const commit = revision.trim();
  const files = (await git(root, ["ls-tree", "-z", "--name-only", commit, "policies/"])).split("\0").filter(isPolicyFile).sort();
  const texts = await Promise.all(files.map(async (file) => ({ file, text: await git(root, ["show", `${commit}:./${file}`]) })));
  return toPolicy(toPolicyFolder(texts), `${root} at ${name}`);
}

async function git(folder: string, args: readonly string[]): Promise<string> {
  try {
    return (await run("git", ["-C", folder, ...args], { maxBuffer: 64_000_000 })).stdout;
  } catch (error) {
    throw policyInvalid({ message: `git ${args[0] ?? ""} failed in ${folder}: ${messageOf(error)}`, cause: error });
  }
}
