import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { AppError } from "../lib/app-error.ts";
import { undoFault } from "../tools/declared/check-undo.ts";
import { joinFacts } from "../tools/declared/join-facts.ts";
import type { DeclarationPath, DeclaredTool, InboundHook, OpenedTools, ToolSource, ToolSourceDeps } from "../tools/declared/tool-source.ts";
import type { ToolNeeds } from "../tools/declared/tool-needs.ts";
import type { Tool } from "../tools/tool.ts";
import { declarationInvalid } from "../tools/tools.errors.ts";
import { importTool } from "./import-tool.ts";
import { readDeclaration } from "./read-declaration.ts";
import { resolvePackages } from "./resolve-packages.ts";

/** The kinds of declarations there are, and what they are opened with. */
export type ToolKinds = { sources: readonly ToolSource[]; deps: ToolSourceDeps };

/** `hooks`: what declared systems tell by themselves, by the name of their file; `needs` by the file, `tools/orders.yaml`. */
export type LoadedTools = AsyncDisposable & { tools: Map<string, Tool>; hooks: Map<string, InboundHook>; needs: Map<string, ToolNeeds> };

const MOST_FAULTS = 20;

/** One tool and where it stands. */
type Placed = { tool: Tool; declared: DeclaredTool | null; at(path: DeclarationPath): string };

/**
 * Reads a workspace's `tools/`: TypeScript files as they are, YAML files by their kind. Nothing is called, so this works
 * without network and secrets; closing lets go of what calls have opened since.
 *
 * Throws `tools.declaration_invalid` with every fault as a line (file, line, column, what to do).
 */
export async function loadTools(root: string, tenantId: string, kinds: ToolKinds): Promise<LoadedTools> {
  await using cleanup = new AsyncDisposableStack();
  const files = (await readdir(join(root, "tools")).catch(noFolder)).sort();
  const faults: string[] = [];
  const placed: Placed[] = [];
  const hooks = new Map<string, InboundHook>();
  const needs = new Map<string, ToolNeeds>();
  if (files.some((file) => file.endsWith(".ts"))) resolvePackages();
  for (const name of files.filter((file) => file.endsWith(".ts") && !file.endsWith(".test.ts"))) {
    const read = await importTool(join(root, "tools", name), `tools/${name}`);
    if (read.kind === "faulty") faults.push(...read.faults);
    else placed.push({ tool: read.tool, declared: null, at: read.at });
  }
  for (const name of files.filter((file) => /\.ya?ml$/.test(file))) {
    const file = `tools/${name}`;
    const read = readDeclaration(file, await readFile(join(root, file), "utf8"), kinds.sources);
    if (read.kind === "faulty") faults.push(...read.faults);
    else {
      const opened: OpenedTools | string[] = await read.source.open(read.declared, { file, folder: root, tenantId, at: read.at }, kinds.deps).catch(faultsOf);
      if (Array.isArray(opened)) {
        faults.push(...opened);
        continue;
      }
      cleanup.use(opened);
      needs.set(file, opened.needs);
      if (opened.hook !== undefined) hooks.set(name.replace(/\.ya?ml$/, ""), opened.hook);
      for (const declared of opened.tools) placed.push({ tool: declared.tool, declared, at: read.at });
    }
  }
  const tools = joinTools(placed, faults);
  if (faults.length > 0) throw declarationInvalid({ message: [...faults.slice(0, MOST_FAULTS), ...(faults.length > MOST_FAULTS ? [`… and ${faults.length - MOST_FAULTS} more.`] : [])].join("\n"), details: { faults } });
  const disposal = cleanup.move();
  return { tools, hooks, needs, [Symbol.asyncDispose]: () => disposal.disposeAsync() };
}

/** What a kind finds wrong with its declaration stands beside the faults of the others; anything else goes on. */
function faultsOf(error: unknown): string[] {
  const faults = error instanceof AppError ? error.details["faults"] : undefined;
  if (!(error instanceof AppError) || error.code !== "tools.declaration_invalid") throw error;
  return Array.isArray(faults) ? faults.map(String) : [error.message];
}

/** The tools by name, facts joined; what tools say of each other and is not so becomes a fault. */
function joinTools(placed: readonly Placed[], faults: string[]): Map<string, Tool> {
  const tools = new Map<string, Tool>();
  for (const { tool, declared, at } of placed) {
    if (tools.has(tool.name)) faults.push(`${at([...(declared?.path ?? []), "name"])}: There are two tools named "${tool.name}"; give this one another name.`);
    else tools.set(tool.name, tool);
  }
  // What others say of tools in a file that cannot be read would only be noise.
  if (faults.length > 0) return tools;
  for (const { tool, declared, at } of placed) {
    const undo = undoFault(tool, tools);
    if (undo !== null) faults.push(`${at([...(declared?.path ?? []), "undo"])}: ${undo}`);
    const joined = declared === null ? { tool } : joinFacts(declared, tools);
    if ("fault" in joined) faults.push(`${at([...(declared?.path ?? []), "facts"])}: ${joined.fault}`);
    else tools.set(tool.name, joined.tool);
  }
  return tools;
}

function noFolder(error: unknown): string[] {
  if (error instanceof Error && "code" in error && (error.code === "ENOENT" || error.code === "ENOTDIR")) return [];
  throw error;
}
