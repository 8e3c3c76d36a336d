import { z } from "zod";
import { recordInLedger } from "../../observe/ledger.ts";
import { toolUnknown } from "../../tools/tools.errors.ts";
import { describeCall } from "../../tools/describe-call.ts";
import { expireApproval, findApproval, insertApproval, lockApproval, type ApprovalRow } from "../../tools/approvals/approval.store.ts";
import { bindCall, hashCall } from "../../tools/approvals/hash-call.ts";
import { fault } from "../run/faults.ts";
import { declareFunction, defineFunction, durationMs, isoDuration, keyedId } from "./define-function.ts";
import type { FunctionCall } from "./function.ts";
import type { FunctionDeps } from "./function-deps.ts";

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
 * `call: approve`: asks a person to allow one exact call and sleeps until they decide or the time is over.
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
          await expire(deps, call, id);
          showChange();
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
  const tool = deps.toolCalls.tools.get(given.tool);
  if (tool === undefined) throw toolUnknown({ message: `There is no tool "${given.tool}" in this workspace.` });
  const parsed = tool.input.parse(given.arguments);
  if (!parsed.isFit) throw fault("validation", { detail: `The arguments do not fit the tool "${given.tool}": ${parsed.reason}` });
  const at = new Date(deps.clock.nowMs());
  const callHash = bindCall(hashCall(given.tool, given.arguments), subject);
  return deps.database.transaction(subject.tenantId, async (query) => {
    const isNew = await insertApproval(query, {
      tenantId: subject.tenantId, id, runId: subject.runId, workflow: subject.workflow.name, pointer: task.pointer, taskName: task.name, conversationId: subject.conversationId, caseId: subject.caseId, contactId: subject.contactId,
      tool: given.tool, risk: tool.risk, arguments: given.arguments, callHash, describedAs: describe(tool.describe, parsed.value, given), reason: given.reason, role: given.role, assignees: given.assignees, externalId, at, deadlineAt: new Date(at.getTime() + durationMs(given.within)), eventDepth: subject.eventDepth,
    });
    if (isNew) await recordInLedger(query, subject.tenantId, [{ kind: "approval.requested", subjectId: subject.conversationId ?? subject.runId, caseId: subject.caseId, actor: `workflow:${subject.workflow.name}`, at, body: { approvalId: id, runId: subject.runId, tool: given.tool, risk: tool.risk, callHash } }]);
    return (await lockApproval(query, subject.tenantId, id))?.status ?? "waiting";
  });
}

function isOver(status: ApprovalRow["status"]): boolean {
  return status === "approved" || status === "refused" || status === "expired";
}

/** The tool's own words; a tool that cannot describe these values must not stop the request. */
function describe(own: (input: unknown) => string, parsed: unknown, given: Input): string {
  try {
    return own(parsed);
  } catch {
    return describeCall(given.tool, given.arguments);
  }
}

/** Its event is told by the table (migration 0010). */
function expire(deps: Pick<FunctionDeps, "database" | "clock">, call: FunctionCall, id: string): Promise<void> {
  const { tenantId, runId, conversationId, caseId, workflow } = call.subject;
  const at = new Date(deps.clock.nowMs());
  return deps.database.transaction(tenantId, async (query) => {
    if (!(await expireApproval(query, tenantId, id, at))) return;
    await recordInLedger(query, tenantId, [{ kind: "approval.expired", subjectId: conversationId ?? runId, caseId, actor: `workflow:${workflow.name}`, at, body: { approvalId: id, runId } }]);
  });
}

function toOutput(row: ApprovalRow): Output {
  const status = row.status === "waiting" ? "expired" : row.status;
  return { isApproved: status === "approved", status, approvalId: row.id, callHash: row.call_hash, decidedBy: row.decided_by, comment: row.comment };
}
