import { findApproval } from "../../tools/approvals/approval.store.ts";
import { approvalIdOf } from "../../tools/approvals/request-approval.ts";
import { previewCall, type CallToolDeps, type CallToolInput } from "../../tools/call-tool.ts";
import { findToolCall } from "../../tools/tool-call.store.ts";
import { isIdempotent } from "../../tools/tool.ts";
import { keyedId } from "./define-function.ts";
import type { FunctionCall } from "./function.ts";
import { reopenToolCall } from "./tool-retry.store.ts";

type Retry = { call: FunctionCall; tool: string; arguments: Record<string, unknown>; callId: string; contact: CallToolInput["contact"]; /** The approval it was handed; null: none. */ approvalId: string | null };

/**
 * The id to call under. A retry or a resumption finds the failed call of before: one that reads, that policy or people denied, or
 * that came too often, is made anew (and asked for anew). One that changes something may have done so, so it is made again only under its
 * own key, only if the tool is idempotent, and only if it is approved or policy allows it now; else what was recorded stands,
 * and a person must look.
 */
export async function prepareRetry(deps: CallToolDeps, retry: Retry): Promise<string> {
  const { call, callId } = retry;
  const { tenantId } = call.subject;
  const earlier = await findToolCall(deps.database, tenantId, callId);
  if (earlier === null || (earlier.status !== "failed" && earlier.status !== "denied")) return callId;
  if (earlier.risk === "read" || earlier.status === "denied" || earlier.rules.includes("tool.rate_limit")) return keyedId("call", { idempotencyKey: `${call.idempotencyKey}:${call.task.iteration}` });
  const tool = deps.tools.get(retry.tool);
  if (tool !== undefined && isIdempotent(tool) && ((await isApproved(deps, retry)) || (await isAllowedNow(deps, retry)))) await reopenToolCall(deps.database, tenantId, callId);
  return callId;
}

/** What people have approved is one call, however often it is tried under its key. */
async function isApproved(deps: CallToolDeps, { call, callId, approvalId }: Retry): Promise<boolean> {
  const approval = await findApproval(deps.database, call.subject.tenantId, approvalId ?? approvalIdOf(callId));
  return approval?.status === "approved" && approval.used_by === (approvalId === null ? callId : call.idempotencyKey);
}

/** Policy has to have said so: the call goes on without asking it once more. */
async function isAllowedNow(deps: CallToolDeps, { call, tool, arguments: given, contact }: Retry): Promise<boolean> {
  const { tenantId, conversationId, caseId } = call.subject;
  return (await previewCall(deps, { tenantId, tool, arguments: given, contact, principal: { type: "AiAgent", id: "assistant" }, channel: "workflow", conversationId, caseId })) === "allow";
}
