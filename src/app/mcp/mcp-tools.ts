import { ErrorCode, McpError, type CallToolRequest, type CallToolResult, type Tool as ListedTool } from "@modelcontextprotocol/sdk/types.js";
import { canonicalJson } from "../../lib/canonical-json.ts";
import { deriveId } from "../../lib/derive-id.ts";
import { newId } from "../../lib/ids.ts";
import { isRecord } from "../../lib/is-record.ts";
import type { JsonSchemaObject } from "../../lib/shape.ts";
import { MCP_IDEMPOTENCY_KEY } from "../../outbound/mcp-connection.ts";
import type { WorkspacePolicy } from "../../policy/policy.ts";
import { callTool, type CallToolDeps } from "../../tools/call-tool.ts";
import { toPolicyRequest } from "../../tools/judge-call.ts";
import { isNameOfAmount } from "../../tools/approvals/call-amount.ts";
import { findApproval } from "../../tools/approvals/approval.store.ts";
import type { ApprovalDeps } from "../../tools/approvals/decide/approval-deps.ts";
import { beginWait } from "../../tools/approvals/decide/tell-decisions.ts";
import { bindCall, hashCall, wholeCall } from "../../tools/approvals/hash-call.ts";
import { approvalIdOf } from "../../tools/approvals/request-approval.ts";
import { namedMembers, offeredSchema, resolveArguments } from "../../tools/resolve-arguments.ts";
import { isIdempotent, type Tool } from "../../tools/tool.ts";
import { findToolCall, type ToolCallRecord } from "../../tools/tool-call.store.ts";
import { waitingResult } from "./mcp-approvals.ts";
import type { McpCaller } from "./mcp-caller.ts";

/** `policy` is asked what to show; that of `calls` decides each call, and keeps what it was asked. */
export type McpToolsDeps = { calls: CallToolDeps; policy: WorkspacePolicy; approvals: Pick<ApprovalDeps, "engine" | "log"> };

export const MCP_CHANNEL = "mcp";
const MAX_KEY_LENGTH = 200;

/** The workspace's tools that policies could allow this caller, by themselves or by people; what they deny whatever is asked is not there. Pure. */
export function toolsFor(deps: { calls: Pick<CallToolDeps, "tools">; policy: WorkspacePolicy }, caller: McpCaller): Tool[] {
  return [...deps.calls.tools.values()].filter((tool) => mayUse(deps, tool, caller)).sort((left, right) => (left.name < right.name ? -1 : 1));
}

function mayUse({ policy }: Pick<McpToolsDeps, "policy">, tool: Tool, caller: McpCaller): boolean {
  const needsContact = tool.needsVerifiedContact || Object.values(tool.bound).some((source) => source.startsWith("contact."));
  if (needsContact && !caller.isVerified) return false;
  if (Object.values(tool.bound).some((source) => source === "case.id" || (source === "conversation.id" && caller.conversationId === null))) return false;
  const request = toPolicyRequest(tool, { principal: caller.principal, channel: MCP_CHANNEL, contact: caller.contact }, {}, {});
  const facts = tool.facts === undefined ? [] : ["facts"];
  // A call may be about an amount, or about none.
  return policy.mayAllow(request, facts) || (mayHaveAmount(tool) && policy.mayAllow(request, [...facts, "amountCents"]));
}

function mayHaveAmount({ facts, input }: Tool): boolean {
  const named = namedMembers(input.jsonSchema);
  return facts !== undefined || named === null || Object.keys(named).some(isNameOfAmount);
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
 * the first answer. What people have to approve waits: the answer names the approval, and `approval_status` tells what became of it.
 *
 * Throws the protocol's invalid parameters for a tool that is not the caller's to see, and for a key that was another call's.
 */
export async function useTool(deps: McpToolsDeps, caller: McpCaller, { name, arguments: given = {}, _meta }: CallToolRequest["params"]): Promise<CallToolResult> {
  const tool = deps.calls.tools.get(name);
  if (tool === undefined || !mayUse(deps, tool, caller)) throw new McpError(ErrorCode.InvalidParams, `Unknown tool: ${name}`);
  const { id: callId, known } = await idOf(deps.calls, caller, { tool, given, key: _meta?.[MCP_IDEMPOTENCY_KEY] });
  const { tenantId, principal, contact, conversationId } = caller;
  // What people were asked about is made by whoever waits for their decision, and by nobody else at the same time.
  const asked = known === null ? null : await waiting(deps, caller, known);
  if (asked !== null) return asked;
  const made = await callTool(deps.calls, { tenantId, callId, tool: name, arguments: given, contact, principal, channel: MCP_CHANNEL, turnId: null, conversationId, caseId: null, asker: { kind: "caller" } });
  return (await waiting(deps, caller, made)) ?? toResult(made);
}

/** Null: people were not asked, or it is over. */
async function waiting(deps: McpToolsDeps, { tenantId }: McpCaller, made: ToolCallRecord): Promise<CallToolResult | null> {
  if (made.status !== "waiting" && made.status !== "started") return null;
  const approval = await findApproval(deps.calls.database, tenantId, approvalIdOf(made.id));
  if (approval === null) return null;
  if (approval.status === "waiting") await beginWait(deps.approvals, tenantId, approval.id);
  return waitingResult(approval, made);
}

async function idOf(deps: CallToolDeps, caller: McpCaller, { tool, given, key }: { tool: Tool; given: Record<string, unknown>; key: unknown }): Promise<{ id: string; known: ToolCallRecord | null }> {
  const { tenantId, principal } = caller;
  if (key === undefined) return { id: newId("call", deps.clock.nowMs()), known: null };
  if (typeof key !== "string" || key === "" || key.length > MAX_KEY_LENGTH) throw new McpError(ErrorCode.InvalidParams, `${MCP_IDEMPOTENCY_KEY} is a text of at most ${MAX_KEY_LENGTH} characters.`);
  const id = deriveId("call", `${tenantId}\n${principal.type}:${principal.id}\n${key}`);
  const known = await findToolCall(deps.database, tenantId, id);
  if (known !== null && (known.tool !== tool.name || (canonicalJson(known.arguments) !== canonicalJson(given) && !(await isAsAskedFor(deps, caller, { id, tool, given }))))) throw new McpError(ErrorCode.InvalidParams, "This idempotency key belongs to another call: give each call a key of its own.");
  return { id, known };
}

/** Whether these are the arguments that were asked for, where people have approved others. */
async function isAsAskedFor({ database }: Pick<CallToolDeps, "database">, { tenantId, contact, conversationId }: McpCaller, { id, tool, given }: { id: string; tool: Tool; given: Record<string, unknown> }): Promise<boolean> {
  const approval = await findApproval(database, tenantId, approvalIdOf(id));
  const resolved = resolveArguments(tool, given, { contact, conversationId, caseId: null });
  return approval !== null && resolved.kind === "resolved" && bindCall(hashCall(tool.name, wholeCall(resolved)), { contactId: contact?.contactId ?? null, conversationId }) === approval.asked_hash;
}

/** What a record says in the protocol's words. What came to nothing is a tool's error, which a model can read, and not the protocol's. */
function toResult({ status, say, reason, output }: ToolCallRecord): CallToolResult {
  const text = (...parts: (string | null)[]) => parts.filter((part) => part !== null && part !== "").map((part) => ({ type: "text" as const, text: part ?? "" }));
  if (status === "ok") return { content: text(say, output === null ? null : canonicalJson(output)), ...(isRecord(output) ? { structuredContent: output } : {}) };
  if (status === "failed") return { isError: true, content: text(say ?? `This could not be done: ${reason?.startsWith("arguments.invalid") === true ? reason : "the system behind it failed or did not answer"}.`) };
  return { isError: true, content: text(say ?? reason ?? "This was not done.") };
}
