import { toolKinds } from "../../app/open-workspace.ts";
import { AppError } from "../../lib/app-error.ts";
import type { PolicyFinding, PolicyReport } from "../../policy/analyse/check-policies.ts";
import type { Tool } from "../../tools/tool.ts";
import type { Finding } from "../../workflows/verify/finding.ts";
import { loadTools, type LoadedTools } from "../../workspace/load-tools.ts";
import { faultLine } from "./findings.ts";

/** `isWhole` false: some could not be read, so no tool is known. */
export type TriedTools = AsyncDisposable & { tools: Map<string, Tool>; isWhole: boolean; findings: Finding[] };

/** The tools of a workspace, or what is wrong with them. Calls nothing. */
export async function tryLoadTools(root: string, tenantId: string): Promise<TriedTools> {
  try {
    const loaded: LoadedTools = await loadTools(root, tenantId, toolKinds());
    return { tools: loaded.tools, isWhole: true, findings: [], [Symbol.asyncDispose]: () => loaded[Symbol.asyncDispose]() };
  } catch (error) {
    if (!(error instanceof AppError) || error.code !== "tools.declaration_invalid") throw error;
    const { faults } = error.details;
    return { tools: new Map(), isWhole: false, findings: (Array.isArray(faults) ? faults.map(String) : [error.message]).map((line) => faultLine("tool", "tools", line)), [Symbol.asyncDispose]: () => Promise.resolve() };
  }
}

/** Where names could not all be read (`isWhole` false), only what a policy says by itself is told. */
export function sureFindings({ findings }: PolicyReport, isWhole: boolean): PolicyFinding[] {
  return findings.filter(({ rule }) => isWhole || rule === "syntax" || rule === "schema");
}
