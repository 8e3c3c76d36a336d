import { z } from "zod";
import { canonicalJson } from "../../lib/canonical-json.ts";
import { sha256 } from "../../lib/sha256.ts";
import type { McpTool } from "../../outbound/mcp-connection.ts";

const schema = z.record(z.string(), z.unknown());
const pinnedTool = z.strictObject({ name: z.string(), description: z.string(), inputSchema: schema, outputSchema: schema.optional(), hash: z.string() });

/** `tools/x.mcp.json`: what an MCP server told of itself when it was imported. A person has read it, and only this is ever shown to a model. */
export const mcpPin = z.strictObject({ server: z.strictObject({ name: z.string(), version: z.string() }), tools: z.array(pinnedTool) });
export type McpPin = z.output<typeof mcpPin>;
export type PinnedTool = z.output<typeof pinnedTool>;

/** The pin's file beside its declaration: `tools/x.yaml` has `tools/x.mcp.json`. */
export function pinFileOf(declaration: string): string {
  return declaration.replace(/\.ya?ml$/, ".mcp.json");
}

/** The same for the same name, description and schemas, in whatever order a server gives their members. */
export function hashTool({ name, description, inputSchema, outputSchema }: Omit<PinnedTool, "hash">): string {
  return sha256(canonicalJson({ name, description, inputSchema, outputSchema }));
}

export function pinTools(server: McpPin["server"], tools: readonly McpTool[]): McpPin {
  const pinned = tools.map(({ name, description, inputSchema, outputSchema }): PinnedTool => {
    const kept = { name, description, inputSchema, ...(outputSchema === undefined ? {} : { outputSchema }) };
    return { ...kept, hash: hashTool(kept) };
  });
  return { server: { ...server }, tools: pinned.sort((left, right) => (left.name < right.name ? -1 : 1)) };
}

/** What became of the server's tools since they were pinned, a line for each. */
export function comparePins(before: McpPin, after: McpPin): string[] {
  const old = new Map(before.tools.map((tool) => [tool.name, tool]));
  const names = new Set(after.tools.map(({ name }) => name));
  const lines = before.tools.filter(({ name }) => !names.has(name)).map(({ name }) => `- ${name}: the server no longer has it`);
  for (const tool of after.tools) {
    const known = old.get(tool.name);
    if (known === undefined) lines.push(`+ ${tool.name}: new`);
    else if (known.hash !== tool.hash) lines.push(`~ ${tool.name}: ${changesOf(known, tool).join(", ")}`);
  }
  return lines;
}

function changesOf(before: PinnedTool, after: PinnedTool): string[] {
  const parts = [["description", before.description, after.description], ["arguments", before.inputSchema, after.inputSchema], ["answer", before.outputSchema, after.outputSchema]] as const;
  return parts.filter(([, left, right]) => canonicalJson({ left }) !== canonicalJson({ left: right })).map(([part]) => `another ${part}`);
}
