import { ErrorCode, McpError, type CallToolResult, type Tool as ListedTool } from "@modelcontextprotocol/sdk/types.js";
import { z } from "zod";
import { canonicalJson } from "../../lib/canonical-json.ts";
import { shapeOfZod } from "../../lib/shape.ts";
import type { Database } from "../../storage/database.ts";
import { findApproval, type ApprovalRow } from "../../tools/approvals/approval.store.ts";
import { askedBy } from "../../tools/approvals/asked-by.ts";
import { findToolCall, type ToolCallRecord } from "../../tools/tool-call.store.ts";
import type { McpCaller } from "./mcp-caller.ts";

/** The tool by which a caller learns what became of a call that waits for people. */
export const APPROVAL_STATUS = "approval_status";
/** In `_meta` of an answer that says that a call waits. */
const MCP_APPROVAL = "baton.dev/approval";

const input = shapeOfZod(z.strictObject({ approval: z.string().min(1).max(100).describe("The approval's id, as the answer of the call that waits names it.") }));
const status = z.enum(["waiting", "approved", "refused", "expired", "withdrawn"]);
const output = shapeOfZod(
  z.object({
    approval: z.string(), status: status.describe("What people have decided."), tool: z.string(), describedAs: z.string().describe("The call in words, as it stands."),
    arguments: z.record(z.string(), z.unknown()), isChanged: z.boolean().describe("Whether people have changed the arguments."), deadlineAt: z.string().nullable(), decidedAt: z.string().nullable(),
    call: z.object({ status: z.enum(["ok", "not_found", "refused", "denied", "failed"]), words: z.string().nullable(), output: z.unknown() }).nullable().describe("What came of the call; null while it has not ended."),
  }),
  "output",
);

export function describeApprovalStatus(): ListedTool {
  return {
    name: APPROVAL_STATUS, description: "Tells whether people have approved a call that waits for them, and what came of it. Only of calls of your own.",
    inputSchema: { ...input.jsonSchema, type: "object" }, outputSchema: { ...output.jsonSchema, type: "object" }, annotations: { readOnlyHint: true, destructiveHint: false, idempotentHint: true },
  };
}

/** Answers the caller who asked for the call, and nobody else. Throws the protocol's invalid parameters. */
export async function readApprovalStatus(database: Database, caller: McpCaller, given: unknown): Promise<CallToolResult> {
  const read = input.parse(given ?? {});
  if (!read.isFit) throw new McpError(ErrorCode.InvalidParams, read.reason);
  const found = await findApproval(database, caller.tenantId, read.value.approval);
  if (found === null || found.call_id === null || !isOwn(found, caller)) throw new McpError(ErrorCode.InvalidParams, "There is no such approval of yours.");
  const call = await findToolCall(database, caller.tenantId, found.call_id);
  const told = {
    approval: found.id, status: found.status, tool: found.tool, describedAs: found.described_as, arguments: found.given, isChanged: found.edited_by !== null, deadlineAt: found.deadline_at, decidedAt: found.decided_at,
    call: call === null || call.status === "waiting" || call.status === "started" ? null : { status: call.status, words: call.say ?? (call.status === "failed" ? "It failed." : call.reason), output: call.output },
  };
  return { content: [{ type: "text", text: canonicalJson(told) }], structuredContent: told };
}

function isOwn(approval: ApprovalRow, { principal, contact }: McpCaller): boolean {
  return askedBy(approval) === "caller" && approval.principal === `${principal.type}:${principal.id}` && approval.contact_id === (contact?.contactId ?? null);
}

/** A call that has not been made, or not ended. It is no success: there is nothing yet that fits what the tool promises to answer. */
export function waitingResult(approval: Pick<ApprovalRow, "id" | "status" | "deadline_at">, { say }: Pick<ToolCallRecord, "say">): CallToolResult {
  const { id, status: decided, deadline_at: deadlineAt } = approval;
  const words = decided === "waiting" ? (say ?? "This waits until people have approved it, and nothing has been done yet.") : "People have decided this, and the call is under way.";
  return {
    isError: true, _meta: { [MCP_APPROVAL]: { id, status: decided, deadlineAt } },
    content: [{ type: "text", text: `${words} Call ${APPROVAL_STATUS} with {"approval": "${id}"}${decided === "waiting" && deadlineAt !== null ? `; it is decided by ${deadlineAt}, or not done` : ""}.` }],
  };
}
