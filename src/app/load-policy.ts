import { basename, resolve } from "node:path";
import { createCedarPolicy } from "../policy/adapters/cedar.ts";
import type { Policy } from "../policy/policy.ts";
import { policyInvalid } from "../policy/policy.errors.ts";
import { readPolicyFolder, type PolicyFolder } from "../policy/read-policy-folder.ts";

/** The policies of a workspace, by its folder or by its `policies` folder. Throws `policy.invalid`. */
export async function loadPolicy(folder: string): Promise<Policy> {
  const workspace = basename(resolve(folder)) === "policies" ? resolve(folder, "..") : folder;
  const source = await readPolicyFolder(workspace);
  return toPolicy(source, folder);
}

/** `where`: named when there are none. Throws `policy.invalid`. */
export function toPolicy(source: PolicyFolder, where: string): Policy {
  if (source.files.length === 0) throw policyInvalid({ message: `There are no policies in ${where}: it has no policies/*.cedar.` });
  return createCedarPolicy(source);
}
