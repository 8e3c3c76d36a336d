import { stringify } from "yaml";
import { excerpt } from "../lib/cut.ts";
import type { McpPin } from "../tools/declared/mcp-pin.ts";

const NAME = /^[a-z][a-z0-9_]{0,62}$/;

/** How the server is reached, as its declaration says it. */
export type ServerSource = { url: string; signIn: boolean; headers: Readonly<Record<string, string>> } | { command: string; arguments: readonly string[] };

/** A new declaration of these tools, each of which still wants a risk. What the server says stands in comments and nowhere else. */
export function newMcpDeclaration(source: ServerSource, pin: McpPin, tools: readonly string[]): string {
  const reached = "url" in source
    ? { kind: "mcp", url: source.url, ...(source.signIn ? { signIn: {} } : {}), ...(Object.keys(source.headers).length > 0 ? { headers: source.headers } : {}) }
    : { kind: "mcp", command: source.command, ...(source.arguments.length > 0 ? { arguments: source.arguments } : {}) };
  const about = "# Tools of an MCP server. What it tells of them is pinned beside this file; read it there before you allow anything.\n# Say for each tool how much harm a call can do (risk), bind what belongs to the contact, and take out what you do not need.\n";
  const lines = pin.tools.filter(({ name }) => tools.includes(name)).map(({ name, description }) => {
    const own = NAME.test(name) ? "" : `\n    name: ${nameFrom(name)}`;
    return `  # ${excerpt(description.replace(/\s+/g, " ").replace(/[^\P{C}]/gu, "").trim(), 160)}\n  - tool: ${JSON.stringify(name)}${own}\n    risk: # read, write, money or irreversible\n`;
  });
  return `${about}${stringify(reached)}tools:\n${lines.join("")}`;
}

function nameFrom(name: string): string {
  return name.toLowerCase().replace(/[^a-z0-9]+/g, "_").replace(/^[^a-z]+|_+$/g, "").slice(0, 62) || "tool";
}
