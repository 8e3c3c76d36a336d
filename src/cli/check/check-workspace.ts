import { join, relative, resolve } from "node:path";
import { checkSurroundings, type Surroundings } from "../../app/workflow-functions/check-documents.ts";
import { checkPolicies } from "../../policy/analyse/check-policies.ts";
import { readPolicyFolder } from "../../policy/read-policy-folder.ts";
import type { WorkflowSource } from "../../workflows/document/definition.ts";
import { tryReadWorkflow } from "../../workflows/document/read-workflow.ts";
import { checkWorkflows } from "../../workflows/verify/check-workflow.ts";
import type { Finding } from "../../workflows/verify/finding.ts";
import { readWorkflowFiles } from "../../workspace/load-workspace.ts";
import { checkRights } from "./check-rights.ts";
import { readAgents } from "./read-agents.ts";
import { readKnowledge } from "./read-knowledge.ts";
import { checkNames, readSettings } from "./read-settings.ts";
import { doubtEmbeddings, readModels } from "./read-models.ts";
import { readSourcesFile } from "./read-sources.ts";
import { sureFindings, tryLoadTools } from "./read-tools.ts";

export type WorkspaceCounts = { workflows: number; tools: number; policies: number; agents: number; intents: number; articles: number };
/** Places are named from where the command was given. */
export type WorkspaceReport = { counts: WorkspaceCounts; findings: Finding[]; sources: WorkflowSource[]; surroundings: Surroundings };

/**
 * Everything that is wrong with a workspace. Each part is read by itself, so that a fault in one hides none in another; names
 * are looked up only among what could be read. Calls nothing and changes nothing. Throws `workspace.invalid`.
 */
export async function checkWorkspace(folder: string): Promise<WorkspaceReport> {
  const root = resolve(folder);
  const settings = await readSettings(root);
  await using loaded = await tryLoadTools(root, settings.baton.data?.tenant.id ?? "check");
  const { tools } = loaded;
  const toolNames = loaded.isWhole ? [...tools.keys()] : null;
  const policy = await readPolicyFolder(root);
  const audiences = settings.baton.data?.audiences ?? null;
  const policies = checkPolicies(policy, { tools, audiences: audiences ?? [] });
  const policyFindings = sureFindings(policies, loaded.isWhole && audiences !== null).map(({ rule, severity, place, message, advice }) => ({ rule: `policy-${rule}`, severity, place, pointer: "", message, advice }));
  const isFaulty = policies.findings.some(({ severity, rule }) => severity === "error" && rule !== "unknown-name");
  const rights = loaded.isWhole && !isFaulty ? await checkRights(root, tools, policy) : [];
  const agents = await readAgents(root, toolNames);
  const knowledge = await readKnowledge(root, audiences);
  const knowledgeSources = await readSourcesFile(root, { tools: loaded.isWhole ? tools : null, audiences });
  const { sources, findings: unread } = await readSources(root, folder);
  const surroundings = checkSurroundings({ tools, policy });
  // A document that cannot be read has a name, too, which is not known.
  const workflowNames = unread.length === 0 ? sources.map(({ definition }) => definition.document.name) : null;
  const own = [...settings.baton.findings, ...settings.intents.findings, ...checkNames(settings, { tools: loaded.isWhole ? tools : null, workflows: workflowNames }), ...loaded.findings, ...policyFindings, ...rights, ...(await readModels(root)), ...doubtEmbeddings(settings), ...agents.findings, ...knowledge.findings, ...knowledgeSources];
  return {
    counts: { workflows: sources.length, tools: tools.size, policies: policies.policies, agents: agents.count, intents: settings.intents.data?.intents.length ?? 0, articles: knowledge.count },
    findings: [...own.map((finding) => ({ ...finding, place: { ...finding.place, file: shown(folder, finding.place.file) } })), ...unread, ...checkWorkflows(sources, surroundings)],
    sources, surroundings,
  };
}

async function readSources(root: string, folder: string): Promise<{ sources: WorkflowSource[]; findings: Finding[] }> {
  const sources: WorkflowSource[] = [];
  const findings: Finding[] = [];
  for (const { file, text } of await readWorkflowFiles(join(root, "workflows"))) {
    const result = tryReadWorkflow(text, shown(folder, file));
    if (result.kind === "read") sources.push(result.source);
    else findings.push(...result.findings);
  }
  return { sources, findings };
}

/** As people at this prompt would name it. */
function shown(folder: string, file: string): string {
  return relative(process.cwd(), join(folder, file));
}
