import { ErrorCode, McpError, type CallToolRequest, type CallToolResult, type Tool as ListedTool } from "@modelcontextprotocol/sdk/types.js";
import { canonicalJson } from "../../lib/canonical-json.ts";
import { deriveId } from "../../lib/derive-id.ts";
import { newId } from "../../lib/ids.ts";
import { isRecord } from "../../lib/is-record.ts";
import type { JsonSchemaObject } from "../../lib/shape.ts";
import { MCP_IDEMPOTENCY_KEY } from "../../outbound/mcp-connection.ts";
import type { Policy } from "../../policy/policy.ts";
import { callTool, type CallToolDeps } from "../../tools/call-tool.ts";
import { toPolicyRequest } from "../../tools/judge-call.ts";
import { offeredSchema } from "../../tools/resolve-arguments.ts";
import { isIdempotent, type Tool } from "../../tools/tool.ts";
import { findToolCall, type ToolCallRecord } from "../../tools/tool-call.store.ts";
import type { McpCaller } from "./mcp-caller.ts";

/** `policy` is asked what to show; that of `calls` decides each call, and keeps what it was asked. */
export type McpToolsDeps = { calls: CallToolDeps; policy: Policy };

export const MCP_CHANNEL = "mcp";
const MAX_KEY_LENGTH = 200;

/** The workspace's tools that this caller may use, for at least some target; what policy refuses whatever the target is not there. Pure. */
export function toolsFor(deps: McpToolsDeps, caller: McpCaller): Tool[] {
  return [...deps.calls.tools.values()].filter((tool) => mayUse(deps, tool, caller)).sort((left, right) => (left.name < right.name ? -1 : 1));
}

function mayUse({ policy }: Pick<McpToolsDeps, "policy">, tool: Tool, caller: McpCaller): boolean {
  const needsContact = tool.needsVerifiedContact || Object.values(tool.bound).some((source) => source.startsWith("contact."));
  if (needsContact && !caller.isVerified) return false;
  if (Object.values(tool.bound).some((source) => source === "case.id" || (source === "conversation.id" && caller.conversationId === null))) return false;
  const decision = policy.decide(toPolicyRequest(tool, { principal: caller.principal, channel: MCP_CHANNEL, contact: caller.contact }, {}, {}));
  // Nothing forbids it, and what would permit it may hang on facts of a target that is not known yet.
  return decision.effect !== "deny" || (decision.rules.length === 0 && tool.facts !== undefined);
}

/** A tool as the protocol tells of it. The hints come from its risk, and are hints only: policy decides. */
export function describeTool(tool: Tool): ListedTool {
  const output = tool.output.jsonSchema;
  return {
    name: tool.name, description: tool.purpose, inputSchema: objectSchema(offeredSchema(tool)), ...(output["type"] === "object" ? { outputSchema: objectSchema(output) } : {}),
    annotations: { readOnlyHint: tool.risk === "read", destructiveHint: tool.risk === "money" || tool.risk === "irreversible", idempotentHint: isIdempotent(tool) },
  };
}

function objectSchema(schema: JsonSchemaObject): ListedTool["inputSchema"] {
  return { ...schema, type: "object" };
}

/**
 * One call, through the only way to an effect. With `_meta["baton.dev/idempotencyKey"]` the same call made again has one effect and
 * the first answer.
 *
 * Throws the protocol's invalid parameters for a tool that is not the caller's to see, and for a key that was another call's.
 */
export async function useTool(deps: McpToolsDeps, caller: McpCaller, { name, arguments: given = {}, _meta }: CallToolRequest["params"]): Promise<CallToolResult> {
  const tool = deps.calls.tools.get(name);
  if (tool === undefined || !mayUse(deps, tool, caller)) throw new McpError(ErrorCode.InvalidParams, `Unknown tool: ${name}`);
  const callId = await idOf(deps.calls, caller, { name, given, key: _meta?.[MCP_IDEMPOTENCY_KEY] });
  const { tenantId, principal, contact, conversationId } = caller;
  return toResult(await callTool(deps.calls, { tenantId, callId, tool: name, arguments: given, contact, principal, channel: MCP_CHANNEL, turnId: null, conversationId, caseId: null }));
}

async function idOf(deps: CallToolDeps, { tenantId, principal }: McpCaller, { name, given, key }: { name: string; given: Record<string, unknown>; key: unknown }): Promise<string> {
  if (key === undefined) return newId("call", deps.clock.nowMs());
  if (typeof key !== "string" || key === "" || key.length > MAX_KEY_LENGTH) throw new McpError(ErrorCode.InvalidParams, `${MCP_IDEMPOTENCY_KEY} is a text of at most ${MAX_KEY_LENGTH} characters.`);
  const id = deriveId("call", `${tenantId}\n${principal.type}:${principal.id}\n${key}`);
  const known = await findToolCall(deps.database, tenantId, id);
  if (known !== null && (known.tool !== name || canonicalJson(known.arguments) !== canonicalJson(given))) throw new McpError(ErrorCode.InvalidParams, "This idempotency key belongs to another call: give each call a key of its own.");
  return id;
}

/** What a record says in the protocol's words. What came to nothing is a tool's error, which a model can read, and not the protocol's. */
function toResult({ status, say, reason, output }: ToolCallRecord): CallToolResult {
  const text = (...parts: (string | null)[]) => parts.filter((part) => part !== null && part !== "").map((part) => ({ type: "text" as const, text: part ?? "" }));
  if (status === "ok") return { content: text(say, output === null ? null : canonicalJson(output)), ...(isRecord(output) ? { structuredContent: output } : {}) };
  if (status === "failed") return { isError: true, content: text(say ?? `This could not be done: ${reason?.startsWith("arguments.invalid") === true ? reason : "the system behind it failed or did not answer"}.`) };
  return { isError: true, content: text(say ?? reason ?? "This was not done.") };
}
