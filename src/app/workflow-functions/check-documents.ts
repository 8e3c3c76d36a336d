import type { FunctionCatalog } from "../../workflows/functions/function.ts";
import type { WorkflowSource } from "../../workflows/document/definition.ts";
import type { Finding } from "../../workflows/verify/finding.ts";
import type { Workspace } from "../../workspace/workspace.ts";

export type CheckDeps = { workspace: Pick<Workspace, "tools">; functions: FunctionCatalog };

/** What `baton check` says of documents together, with this workspace's tools. */
export function checkDocuments(_deps: CheckDeps, _sources: readonly WorkflowSource[]): readonly Finding[] {
  return [];
}
