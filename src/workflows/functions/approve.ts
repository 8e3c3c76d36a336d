import { z } from "zod";
import { messageOf } from "../../lib/app-error.ts";
import type { ApprovalRule } from "../../policy/policy.ts";
import { expire } from "../../tools/approvals/await-decision.ts";
import { findApproval, lockApproval, type ApprovalRow } from "../../tools/approvals/approval.store.ts";
import { wholeCall } from "../../tools/approvals/hash-call.ts";
import { requestApproval } from "../../tools/approvals/request-approval.ts";
import { contextOf, readFacts } from "../../tools/judge-call.ts";
import { isHouseAway } from "../../tools/run-call.ts";
import type { Tool, ToolContact, ToolFacts } from "../../tools/tool.ts";
import { resolveArguments } from "../../tools/resolve-arguments.ts";
import { toolUnknown } from "../../tools/tools.errors.ts";
import { fault } from "../run/faults.ts";
import { declareFunction, defineFunction, durationMs, isoDuration, keyedId, toolContact } from "./define-function.ts";
import type { FunctionCall } from "./function.ts";
import type { FunctionDeps } from "./function-deps.ts";
import { toolFailed } from "./functions.errors.ts";

const input = z.strictObject({
  tool: z.string().min(1),
  arguments: z.record(z.string(), z.unknown()).default({}),
  reason: z.string().min(1).max(1_000).describe("Why a person is asked."),
  role: z.enum(["agent", "admin"]).default("agent").describe("Who may decide; an admin always may."),
  assignees: z.array(z.string()).max(50).default([]).describe("Only these people, by id or e-mail."),
  within: isoDuration.default("PT24H").describe("Undecided after this time means no."),
});
const output = z.object({
  isApproved: z.boolean(),
  status: z.enum(["approved", "refused", "expired", "withdrawn"]),
  approvalId: z.string().describe("Hand it to `tool` as `approval`."),
  callHash: z.string(), decidedBy: z.string().nullable(), comment: z.string().nullable(),
});

type Input = z.infer<typeof input>;
type Output = z.infer<typeof output>;

export const approveDeclaration = declareFunction({ name: "approve", summary: "Waits for a person to approve one exact tool call.", input, output, traits: { waits: true, effects: false, needsConversation: false } });

/**
 * `call: approve`: asks a person to allow one exact call and sleeps until they decide or the time is over. They see what the tool
 * tells of its target, and its amount.
 *
 * Throws, for `catch`: `tools.unknown`, `workflows.tool_failed` (the tool has no such record, or could not be asked).
 *
 * Replay: the request is stored once under an id made from the task's key; the stored decision counts, whatever woke the run.
 */
export function approveFunction(deps: Pick<FunctionDeps, "database" | "clock" | "toolCalls" | "live">) {
  return defineFunction({
    ...approveDeclaration,
    async run(call, given): Promise<Output> {
      const id = keyedId("appr", call);
      const external = call.durable.external();
      const showChange = () => deps.live.publish({ kind: "approval", tenantId: call.subject.tenantId, runId: call.subject.runId });
      const status = await call.durable.step("approve.request", async () => {
        const stored = await request(deps, call, given, id, external.id);
        showChange();
        return stored;
      });
      // Decided in an earlier round of a retry: nobody will say it again.
      const heard = isOver(status) ? null : await external.wait(durationMs(given.within));
      return call.durable.step("approve.decision", async () => {
        if (heard?.kind === "timed_out") {
          await expire(deps, { tenantId: call.subject.tenantId, approvalId: id });
        }
        const decided = await findApproval(deps.database, call.subject.tenantId, id);
        if (decided === null) throw new Error(`the approval ${id} is gone`);
        return toOutput(decided);
      });
    },
  });
}

async function request(deps: Pick<FunctionDeps, "database" | "clock" | "toolCalls">, call: FunctionCall, given: Input, id: string, externalId: string): Promise<ApprovalRow["status"]> {
  const { subject, task } = call;
  const { tenantId, runId, conversationId, contactId, caseId } = subject;
  const tool = deps.toolCalls.tools.get(given.tool);
  if (tool === undefined) throw toolUnknown({ message: `There is no tool "${given.tool}" in this workspace.` });
  const place = { contact: await toolContact(deps.database, subject), conversationId, caseId };
  const resolved = resolveArguments(tool, given.arguments, place);
  if (resolved.kind === "unverified") throw fault("validation", { detail: `The tool "${given.tool}" is for verified contacts, and this run has none.` });
  if (resolved.kind === "unfit") throw fault("validation", { detail: `The arguments do not fit the tool "${given.tool}": ${resolved.reason}` });
  const facts = await factsOf(deps, tool, resolved.value, { tenantId, contact: place.contact, id });
  const at = new Date(deps.clock.nowMs());
  return deps.database.transaction(tenantId, async (query) => {
    await requestApproval(query, {
      id, tenantId, callId: null, asker: { kind: "run", runId, workflow: subject.workflow.name, pointer: task.pointer, taskName: task.name, startedBy: subject.startedBy }, tool, given: given.arguments, arguments: wholeCall(resolved), value: resolved.value, facts,
      owner: { contactId, conversationId }, caseId, turnId: null, channel: "workflow", principal: "AiAgent:assistant", rule: ruleOf(given), reason: given.reason, policyRules: [], policyHash: null, externalId, eventDepth: subject.eventDepth, at,
    });
    return (await lockApproval(query, tenantId, id))?.status ?? "waiting";
  });
}

/** What the people are shown of the target, its worth above all: who is not told how much it is about is not asked. Throws `workflows.tool_failed`. */
async function factsOf({ toolCalls }: Pick<FunctionDeps, "toolCalls">, tool: Tool, value: unknown, { id, ...whose }: { id: string; tenantId: string; contact: ToolContact | null }): Promise<ToolFacts> {
  const facts = await readFacts(toolCalls, tool, value, contextOf(toolCalls, whose, id)).catch((error: unknown) => {
    if (isHouseAway(error)) throw error;
    throw toolFailed({ message: `"${tool.name}" could not say what its call is about, so nobody was asked: ${messageOf(error)}`, details: { tool: tool.name }, cause: error });
  });
  if (facts === null) throw toolFailed({ message: `There is no such record for "${tool.name}", so nobody was asked.`, details: { tool: tool.name } });
  return facts;
}

/** One person of the role; where people are named, one of these. An admin always may (`isMeant`). */
function ruleOf({ role, assignees, within }: Input): ApprovalRule {
  const isNamed = role === "agent" && assignees.length > 0;
  return { groups: [{ anyOf: isNamed ? assignees.map((user) => ({ kind: "user", user })) : [{ kind: "role", role }], people: 1 }], deadlineMs: durationMs(within) };
}

function isOver(status: ApprovalRow["status"]): boolean {
  return status === "approved" || status === "refused" || status === "expired";
}

function toOutput(row: ApprovalRow): Output {
  const status = row.status === "waiting" ? "expired" : row.status;
  return { isApproved: status === "approved", status, approvalId: row.id, callHash: row.call_hash, decidedBy: row.decided_by, comment: row.comment };
}
