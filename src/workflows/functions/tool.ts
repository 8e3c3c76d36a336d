import { z } from "zod";
import { awaitDecision } from "../../tools/approvals/await-decision.ts";
import { approvalIdOf } from "../../tools/approvals/request-approval.ts";
import { askedWords } from "../../tools/approvals/approval-words.ts";
import { callTool } from "../../tools/call-tool.ts";
import { findToolCall, type ToolCallRecord } from "../../tools/tool-call.store.ts";
import { declareFunction, defineFunction, keyedId, toolContact } from "./define-function.ts";
import type { FunctionCall } from "./function.ts";
import { prepareRetry } from "./retry-tool.ts";
import type { FunctionDeps } from "./function-deps.ts";
import { toolDenied, toolFailed, toolTakenBack } from "./functions.errors.ts";

const input = z.strictObject({
  tool: z.string().min(1),
  arguments: z.record(z.string(), z.unknown()).default({}),
  approval: z.string().optional().describe("Id of the approval that allows this exact call, from `approve`."),
  undo: z.strictObject({
    tool: z.string().min(1),
    arguments: z.record(z.string(), z.unknown()).default({}),
    take: z.record(z.string(), z.string()).default({}).describe("Arguments taken from this call's output: { refund_id: refundId }."),
  }).optional().describe("The call that takes the effect back when the run is cancelled or fails."),
});
const output = z.object({
  status: z.enum(["ok", "not_found", "refused"]),
  output: z.unknown().describe("What the tool gave back; null unless `ok`."),
  say: z.string().nullable().describe("The tool's own sentence for the contact."),
  reason: z.string().nullable(),
  callId: z.string(),
  undo: z.object({ tool: z.string(), arguments: z.record(z.string(), z.unknown()) }).nullable(),
});

type Output = z.infer<typeof output>;

export const toolDeclaration = declareFunction({ name: "tool", summary: "Calls a tool of the workspace.", input, output, traits: { waits: false, effects: true, needsConversation: false } });

/**
 * `call: tool`: one call through the one way to an effect. What the system of record says no to is an outcome; a denial by
 * policy and a fault are errors that `catch` sees (`workflows.tool_denied`, `workflows.tool_failed`, `tools.unknown`).
 *
 * With an approval the call is made in the name of the person who gave it, and only if it is the exact call they saw. Where
 * policy asks for one and none was handed over, the run sleeps until people have decided; a no is a denial.
 * Replay: the record is kept under an id made from the task's key, so the effect happens once. How it ended is journaled, and
 * only the output of one that stands for good is read from its record.
 */
export function toolFunction(deps: Pick<FunctionDeps, "toolCalls" | "database"> & { /** Tells the contact that people were asked. Called in a step. */ tellWaiting?(call: FunctionCall, text: string): Promise<null> }) {
  return defineFunction({
    ...toolDeclaration,
    async run(call, given): Promise<Output> {
      let made: ToolCallRecord | null = null;
      // After a wait it is the same call, whatever was decided: only a retry of the task may make another one.
      const callNow = (waited: string | null) => call.durable.step(`tool.${given.tool}`, async () => {
        made = await callOnce(deps, call, given, waited ?? keyedId("call", call), waited === null ? "first" : "decided");
        return { callId: made.id, status: made.status, reason: made.reason, needsPerson: made.needsPerson, isTakenBack: made.rules.includes("approval.withdrawn") };
      });
      let journaled = await callNow(null);
      const { tellWaiting } = deps;
      if (journaled.status === "waiting" && tellWaiting !== undefined && call.subject.conversationId !== null) await call.durable.step(`tool.${given.tool}.told`, () => tellWaiting(call, made?.say ?? askedWords(given.tool)));
      while (journaled.status === "waiting") {
        await call.pause();
        await awaitDecision(deps.toolCalls, call.durable, { tenantId: call.subject.tenantId, approvalId: approvalIdOf(journaled.callId) }, `tool.${given.tool}`);
        journaled = await callNow(journaled.callId);
      }
      if (journaled.isTakenBack) throw toolTakenBack({ details: { tool: given.tool, callId: journaled.callId } });
      refuseFault(journaled, given.tool);
      const record: ToolCallRecord | null = made ?? (await findToolCall(deps.database, call.subject.tenantId, journaled.callId));
      if (record === null) throw new Error(`the record of ${journaled.callId} is gone`);
      return toOutput(record, given);
    },
    async undo(call, given, made) {
      const undo = made.undo;
      if (undo === null) return;
      const callId = keyedId("call", call);
      await call.durable.step(`undo.${given.tool}`, async () => {
        const { id, status, reason, needsPerson } = await callOnce(deps, call, { ...undo }, callId, "undo");
        refuseFault({ callId: id, status, reason, needsPerson }, undo.tool);
      });
    },
  });
}

type Given = Pick<z.infer<typeof input>, "tool" | "arguments"> & { approval?: string | undefined; undo?: z.infer<typeof input>["undo"] };

async function callOnce(deps: Pick<FunctionDeps, "toolCalls" | "database">, call: FunctionCall, given: Given, firstId: string, way: "first" | "decided" | "undo"): Promise<ToolCallRecord> {
  const { subject, task } = call;
  const contact = await toolContact(deps.database, subject);
  const callId = way === "decided" ? firstId : await prepareRetry(deps.toolCalls, { call, tool: given.tool, arguments: given.arguments, contact, callId: firstId, approvalId: given.approval ?? null });
  return callTool(deps.toolCalls, {
    tenantId: subject.tenantId, callId, tool: given.tool, arguments: given.arguments, contact, principal: { type: "AiAgent", id: "assistant" }, channel: "workflow",
    // No turn: a run's call does not hang on the turn that began it being still under way.
    turnId: null, conversationId: subject.conversationId, caseId: subject.caseId, eventDepth: subject.eventDepth,
    ...(way === "undo" ? {} : { asker: { kind: "run", runId: subject.runId, workflow: subject.workflow.name, pointer: task.pointer, taskName: task.name, startedBy: subject.startedBy } }), ...(given.approval === undefined ? {} : { approval: { id: given.approval, usedBy: call.idempotencyKey } }),
  });
}

/** Decides by what the journal says: a retry makes a failed call again under its id, so its record tells another story later. */
function refuseFault(journaled: Pick<ToolCallRecord, "status" | "reason" | "needsPerson"> & { callId: string }, tool: string): void {
  const { status, reason, callId, needsPerson } = journaled;
  const details = { tool, callId, needsPerson };
  if (status === "denied") throw toolDenied({ message: reason ?? "Policy does not allow this call.", details });
  if (status === "failed" || status === "started" || status === "waiting") throw toolFailed({ message: `The tool "${tool}" failed: ${reason ?? "it did not answer"}`, details });
}

function toOutput(record: ToolCallRecord, given: Given): Output {
  const { status, reason, say } = record;
  if (status !== "ok" && status !== "not_found" && status !== "refused") throw new Error(`the record of ${record.id} is ${status}, unlike its journal`);
  return { status, output: status === "ok" ? record.output : null, say, reason, callId: record.id, undo: status === "ok" ? undoOf(given, record.output) : null };
}

function undoOf(given: Given, made: unknown): Output["undo"] {
  if (given.undo === undefined) return null;
  const fields = new Map<string, unknown>(typeof made === "object" && made !== null ? Object.entries(made) : []);
  const taken = Object.entries(given.undo.take).map(([name, field]) => [name, fields.get(field) ?? null]);
  return { tool: given.undo.tool, arguments: { ...given.undo.arguments, ...Object.fromEntries(taken) } };
}
