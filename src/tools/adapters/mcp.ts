import { readFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { excerpt } from "../../lib/cut.ts";
import { isRecord } from "../../lib/is-record.ts";
import { shapeOfJsonSchema, type JsonSchemaObject } from "../../lib/shape.ts";
import { MCP_IDEMPOTENCY_KEY } from "../../outbound/mcp-connection.ts";
import { makeTool } from "../declared/make-tool.ts";
import { hashTool, mcpPin, pinFileOf, type McpPin, type PinnedTool } from "../declared/mcp-pin.ts";
import { needsOf } from "../declared/tool-needs.ts";
import { toolRules, type ToolRules } from "../declared/tool-rules.ts";
import type { DeclarationPlace, DeclaredTool, ToolSource } from "../declared/tool-source.ts";
import type { ToolContext } from "../tool.ts";
import { declarationInvalid } from "../tools.errors.ts";
import { mcpDeclaration, type McpDeclaration, type McpToolRules } from "./mcp/mcp-declaration.ts";
import { createMcpLink, type McpLink } from "./mcp/mcp-link.ts";
import { outputShape, readResult } from "./mcp/mcp-result.ts";
import { declaredServer } from "./mcp/mcp-target.ts";

const MAX_PURPOSE = 1_000;
/** Room for the protocol's own words, and for what is only named in the end: a picture. */
const MIN_MESSAGE_BYTES = 4_000_000;

/** Tools of an MCP server, as it told of them when it was imported. */
export const mcpSource: ToolSource<McpDeclaration> = {
  kind: "mcp",
  declaration: mcpDeclaration,
  async open(declared, place, deps) {
    const name = nameOf(place.file);
    const pin = await readPin(place);
    const { target, mask } = declaredServer(declared, { name, tenantId: place.tenantId }, deps);
    const link = createMcpLink({
      name, importAgain: importOf(place.file), target, mask, clock: deps.clock,
      maxBytes: Math.max(MIN_MESSAGE_BYTES, ...declared.tools.map(({ maxOutputBytes }) => 3 * maxOutputBytes)),
    });
    const tools = declared.tools.map((tool, index) => openTool(tool, { pin, place, link, name, index }));
    const { url, headers, environment, signIn, client } = declared;
    const needs = needsOf({ template: [headers, environment], reached: url, secrets: [signIn?.client?.secret, client?.secret, client?.privateKey] });
    return { tools, needs, [Symbol.asyncDispose]: () => link[Symbol.asyncDispose]() };
  },
};

/** A server is called as its declaration's file is. */
function nameOf(file: string): string {
  return basename(file).replace(/\.ya?ml$/, "");
}

/** The command that looks at the server again. */
function importOf(file: string): string {
  return `baton tools import mcp --name ${nameOf(file)}`;
}

async function readPin(place: DeclarationPlace): Promise<McpPin> {
  const file = pinFileOf(place.file);
  const fail = (message: string, cause?: unknown) => declarationInvalid({ message: `${place.at(["kind"])}: ${message} Write it: ${importOf(place.file)}`, ...(cause === undefined ? {} : { cause }) });
  try {
    const read = mcpPin.safeParse(JSON.parse(await readFile(join(place.folder, file), "utf8")));
    if (!read.success) throw fail(`${file} is not what an import writes.`);
    const changed = read.data.tools.find((tool) => hashTool(tool) !== tool.hash);
    if (changed !== undefined) throw fail(`${file} has been changed by hand at "${changed.name}", so it no longer says what the server told.`);
    return read.data;
  } catch (error) {
    if (error instanceof SyntaxError) throw fail(`${file} is not JSON.`, error);
    if (error instanceof Error && "code" in error && error.code === "ENOENT") throw fail(`There is no ${file}: what the server tells of its tools has not been pinned yet.`, error);
    throw error;
  }
}

type Parts = { pin: McpPin; place: DeclarationPlace; link: McpLink; name: string; index: number };

function openTool(tool: McpToolRules, { pin, place, link, name, index }: Parts): DeclaredTool {
  const fail = (member: string, message: string) => declarationInvalid({ message: `${place.at(["tools", index, member])}: ${message}` });
  const pinned = pin.tools.find(({ name }) => name === tool.tool);
  if (pinned === undefined) throw fail("tool", `The server had no tool "${tool.tool}" when it was pinned. See what it has now: ${importOf(place.file)}`);
  const field = typeof tool.idempotency === "object" && "field" in tool.idempotency ? tool.idempotency.field : null;
  const { properties } = pinned.inputSchema;
  for (const name of Object.keys(tool.bind)) if (!isRecord(properties) || !Object.hasOwn(properties, name)) throw fail("bind", `"${tool.tool}" takes no argument "${name}".`);
  if (field !== null && (!isRecord(properties) || !Object.hasOwn(properties, field))) throw fail("idempotency", `"${tool.tool}" takes no argument "${field}".`);
  const rules: ToolRules = { ...tool, name: tool.name ?? tool.tool, purpose: tool.purpose ?? purposeOf(pinned) };
  return makeTool(rules, { system: name, input: shapeOfJsonSchema(withoutField(pinned.inputSchema, field)), output: outputShape(tool, pinned), call: createCall({ tool, pinned, link, field }) }, ["tools", index]);
}

function purposeOf({ name, description }: PinnedTool): string {
  return toolRules.shape.purpose.parse(excerpt(description.trim() === "" ? name : description.trim(), MAX_PURPOSE - 1));
}

function createCall({ tool, pinned, link, field }: { tool: McpToolRules; pinned: PinnedTool; link: McpLink; field: string | null }) {
  return async (input: Readonly<Record<string, unknown>>, { idempotencyKey, signal }: ToolContext) => {
    const given = field === null ? input : { ...input, [field]: idempotencyKey };
    const params = { name: pinned.name, arguments: given, _meta: { [MCP_IDEMPOTENCY_KEY]: idempotencyKey } };
    return readResult(tool, pinned, await link.call(pinned, params, { isReading: tool.risk === "read", limits: { signal, timeoutMs: tool.timeoutMs } }));
  };
}

/** The arguments without the one that holds the call's key. */
function withoutField(schema: JsonSchemaObject, field: string | null): JsonSchemaObject {
  const { properties, required, ...rest } = schema;
  if (field === null || !isRecord(properties)) return schema;
  return { ...rest, properties: Object.fromEntries(Object.entries(properties).filter(([name]) => name !== field)), ...(Array.isArray(required) ? { required: required.filter((name) => name !== field) } : {}) };
}
