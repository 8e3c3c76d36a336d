import { readdir, readFile, stat } from "node:fs/promises";
import { join, resolve } from "node:path";
import { parse } from "yaml";
import { z } from "zod";
import { loadAgentProfiles } from "../agents/agent-profile.ts";
import { NO_SOURCES, sourcesFile } from "../knowledge/sources/sources-file.ts";
import { listPattern } from "../intelligence/signals/list-pattern.ts";
import { messageOf } from "../lib/app-error.ts";
import { isFolder } from "../lib/is-folder.ts";
import { compileFinder } from "../lib/patterns/linear-pattern.ts";
import type { ToolFallback } from "../tools/call-tool.ts";
import { modelsFile } from "../models/inventory/models-file.ts";
import { readPolicyFolder } from "../policy/read-policy-folder.ts";
import { DATA_CLASSES, type DataClass, type RetentionPlan } from "../privacy/retention-file.ts";
import type { Tool } from "../tools/tool.ts";
import { needsOfModels } from "./load-models.ts";
import { loadTools, type ToolKinds } from "./load-tools.ts";
import { workspaceInvalid } from "./workspace.errors.ts";
import { batonFile, intentsFile } from "./workspace-file.ts";
import type { Workspace } from "./workspace.ts";

/** Closing lets go of what its declared tools have opened. */
export type LoadedWorkspace = Workspace & AsyncDisposable;

/**
 * Reads a workspace's folder; calls nothing and needs no secret.
 * Throws `workspace.invalid` and, for `tools/`, `tools.declaration_invalid`, naming the file and the place.
 */
export async function loadWorkspace(folder: string, options: { tools: ToolKinds; webhookSecret?: string | undefined }): Promise<LoadedWorkspace> {
  await using cleanup = new AsyncDisposableStack();
  const root = resolve(folder);
  const baton = await readYaml(join(root, "baton.yaml"), batonFile);
  const intents = await readYaml(join(root, "intents.yaml"), intentsFile);
  const { tools, hooks, needs } = cleanup.use(await loadTools(root, baton.tenant.id, options.tools));
  for (const intent of intents.intents) {
    if (intent.action.kind === "tool" && !tools.has(intent.action.tool)) throw workspaceInvalid({ message: `intents.yaml: intent "${intent.name}" uses the tool "${intent.action.tool}", which is not in tools/.` });
  }
  if (baton.contactPanel && !tools.has(baton.contactPanel.tool)) throw workspaceInvalid({ message: `baton.yaml: contactPanel uses the tool "${baton.contactPanel.tool}", which is not in tools/.` });
  const models = (await isFile(join(root, "models.yaml"))) ? await readYaml(join(root, "models.yaml"), modelsFile) : null;
  const agents = await loadAgentProfiles(join(root, "agents"));
  const workspace: Workspace = {
    folder: root, tenantId: baton.tenant.id, tenantName: baton.tenant.name, greeting: baton.greeting, suggestions: baton.suggestions, isDemo: baton.demo, seed: baton.seed, audiences: baton.audiences,
    assistantName: baton.assistantName, demoData: baton.demoData === undefined ? null : join(root, baton.demoData),
    intents: intents.intents, outOfScopeExamples: intents.out_of_scope, entityPatterns: Object.entries(baton.entities).map(([kind, given]) => (typeof given === "string" ? { kind, pattern: checkPattern(kind, given) } : listPattern(kind, given))), understanding: baton.understanding,
    contactPanel: baton.contactPanel ?? null, demoCustomers: baton.demoCustomers, tools, hooks, needs: models === null ? needs : new Map([...needs, ["models.yaml", needsOfModels(models)]]), fallbacks: checkFallbacks(tools, baton.fallbacks), workflows: await readWorkflowFiles(join(root, "workflows")), policy: await readPolicyFolder(root), autonomy: baton.autonomy, retention: planOf(baton.retention), guard: baton.guard, redaction: baton.redaction, embeddings: baton.embeddings, knowledge: baton.knowledge, models, agent: agents.values().next().value ?? null, agents,
    knowledgeFolder: (await isFolder(join(root, "knowledge"))) ? join(root, "knowledge") : null,
    knowledgeSources: (await isFile(join(root, "knowledge", "sources.yaml"))) ? await readYaml(join(root, "knowledge", "sources.yaml"), sourcesFile) : NO_SOURCES,
    webhook: baton.webhook === undefined ? null : { url: baton.webhook.url, secret: options.webhookSecret ?? "" },
  };
  const disposal = cleanup.move();
  return { ...workspace, [Symbol.asyncDispose]: () => disposal.disposeAsync() };
}

/** The classes that have a time. */
function planOf(given: { readonly [Name in DataClass]?: number | undefined }): RetentionPlan {
  return Object.fromEntries(DATA_CLASSES.flatMap((name) => (given[name] === undefined ? [] : [[name, given[name]]])));
}

/** Throws when a fallback names a tool there is not, or stands for a call that changes something. */
function checkFallbacks(tools: ReadonlyMap<string, Tool>, declared: Readonly<Record<string, ToolFallback>>): Map<string, ToolFallback> {
  for (const [name, fallback] of Object.entries(declared)) {
    for (const each of "tool" in fallback ? [name, fallback.tool] : [name]) {
      if (!tools.has(each)) throw workspaceInvalid({ message: `baton.yaml: fallbacks name the tool "${each}", which is not in tools/.` });
      if (tools.get(each)?.risk !== "read") throw workspaceInvalid({ message: `baton.yaml: "${each}" changes something and has no substitute: whether the call had its effect is not known. Only tools that read may have a fallback, or be one.` });
    }
  }
  return new Map(Object.entries(declared));
}

function checkPattern(kind: string, pattern: string): string {
  try {
    compileFinder(pattern);
    return pattern;
  } catch (error) {
    throw workspaceInvalid({ message: `baton.yaml: the pattern of entity "${kind}" cannot be used: ${messageOf(error)}` });
  }
}

async function readYaml<T>(path: string, schema: z.ZodType<T>): Promise<T> {
  let data: unknown;
  try {
    data = parse(await readFile(path, "utf8"), { maxAliasCount: 100 });
  } catch (error) {
    throw workspaceInvalid({ message: `${path} cannot be read: ${messageOf(error)}`, cause: error });
  }
  const parsed = schema.safeParse(data);
  if (!parsed.success) throw workspaceInvalid({ message: `${path}:\n${z.prettifyError(parsed.error)}` });
  return parsed.data;
}

/** The documents by name; paths as messages show them, from the workspace's folder. */
export async function readWorkflowFiles(folder: string): Promise<Workspace["workflows"]> {
  if (!(await isFolder(folder))) return [];
  const names = (await readdir(folder, { recursive: true })).filter((name) => /\.(ya?ml|json)$/.test(name)).sort();
  return Promise.all(names.map(async (name) => ({ file: `workflows/${name}`, text: await readFile(join(folder, name), "utf8") })));
}

async function isFile(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isFile();
  } catch {
    return false;
  }
}
