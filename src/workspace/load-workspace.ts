import { readdir, readFile, stat } from "node:fs/promises";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { parse } from "yaml";
import { z } from "zod";
import { loadAgentProfiles } from "../agents/agent-profile.ts";
import { messageOf } from "../lib/app-error.ts";
import type { ToolFallback } from "../tools/call-tool.ts";
import type { Tool } from "../tools/tool.ts";
import { resolvePackages } from "./resolve-packages.ts";
import { workspaceInvalid } from "./workspace.errors.ts";
import { batonFile, intentsFile } from "./workspace-file.ts";
import type { Workspace } from "./workspace.ts";

/** Reads a workspace's folder. Throws `workspace.invalid` naming the file and the place. */
export async function loadWorkspace(folder: string, options: { webhookSecret?: string | undefined } = {}): Promise<Workspace> {
  const root = resolve(folder);
  const baton = await readYaml(join(root, "baton.yaml"), batonFile);
  const intents = await readYaml(join(root, "intents.yaml"), intentsFile);
  const tools = await loadTools(join(root, "tools"));
  for (const intent of intents.intents) {
    if (intent.action.kind === "tool" && !tools.has(intent.action.tool)) throw workspaceInvalid({ message: `intents.yaml: intent "${intent.name}" uses the tool "${intent.action.tool}", which is not in tools/.` });
  }
  if (baton.contactPanel && !tools.has(baton.contactPanel.tool)) throw workspaceInvalid({ message: `baton.yaml: contactPanel uses the tool "${baton.contactPanel.tool}", which is not in tools/.` });
  const agents = await loadAgentProfiles(join(root, "agents"));
  return {
    folder: root, tenantId: baton.tenant.id, tenantName: baton.tenant.name, greeting: baton.greeting, suggestions: baton.suggestions, isDemo: baton.demo, seed: baton.seed, audiences: baton.audiences,
    assistantName: baton.assistantName, demoData: baton.demoData === undefined ? null : join(root, baton.demoData),
    intents: intents.intents, outOfScopeExamples: intents.out_of_scope, entityPatterns: Object.entries(baton.entities).map(([kind, pattern]) => ({ kind, pattern: checkPattern(kind, pattern) })),
    contactPanel: baton.contactPanel ?? null, demoCustomers: baton.demoCustomers, tools, fallbacks: checkFallbacks(tools, baton.fallbacks), workflows: await readWorkflowFiles(join(root, "workflows")), policy: await readPolicies(join(root, "policies")), agent: agents.values().next().value ?? null, agents,
    knowledgeFolder: (await isFolder(join(root, "knowledge"))) ? join(root, "knowledge") : null,
    webhook: baton.webhook === undefined ? null : { url: baton.webhook.url, secret: options.webhookSecret ?? "" },
  };
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
    return new RegExp(pattern, "giu").source;
  } catch (error) {
    throw workspaceInvalid({ message: `baton.yaml: the pattern of entity "${kind}" is not valid: ${messageOf(error)}` });
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

async function loadTools(folder: string): Promise<Map<string, Tool>> {
  const tools = new Map<string, Tool>();
  if (!(await isFolder(folder))) return tools;
  resolvePackages();
  for (const name of (await readdir(folder)).filter((file) => file.endsWith(".ts") && !file.endsWith(".test.ts")).sort()) {
    const module: unknown = await import(pathToFileURL(join(folder, name)).href);
    const tool = typeof module === "object" && module !== null && "default" in module ? module.default : null;
    if (!isTool(tool)) throw workspaceInvalid({ message: `tools/${name} has no default export made by defineTool.` });
    if (tools.has(tool.name)) throw workspaceInvalid({ message: `tools/${name}: there are two tools named "${tool.name}".` });
    tools.set(tool.name, tool);
  }
  return tools;
}

/** `defineTool` has checked the types where the tool was written; this finds files that are something else. */
function isTool(value: unknown): value is Tool {
  return typeof value === "object" && value !== null && "name" in value && typeof value.name === "string" && "run" in value && typeof value.run === "function" && "input" in value && "output" in value && "risk" in value && "describe" in value;
}

async function readPolicies(folder: string): Promise<Workspace["policy"]> {
  if (!(await isFolder(folder))) return { policies: "", schema: null };
  const files = (await readdir(folder)).sort();
  const texts = await Promise.all(files.filter((name) => name.endsWith(".cedar")).map((name) => readFile(join(folder, name), "utf8")));
  const schemas = await Promise.all(files.filter((name) => name.endsWith(".cedarschema")).map((name) => readFile(join(folder, name), "utf8")));
  return { policies: texts.join("\n"), schema: schemas.length > 0 ? schemas.join("\n") : null };
}

/** The documents by name; paths as messages show them, from the workspace's folder. */
async function readWorkflowFiles(folder: string): Promise<Workspace["workflows"]> {
  if (!(await isFolder(folder))) return [];
  const names = (await readdir(folder, { recursive: true })).filter((name) => /\.(ya?ml|json)$/.test(name)).sort();
  return Promise.all(names.map(async (name) => ({ file: `workflows/${name}`, text: await readFile(join(folder, name), "utf8") })));
}

async function isFolder(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isDirectory();
  } catch {
    return false;
  }
}
