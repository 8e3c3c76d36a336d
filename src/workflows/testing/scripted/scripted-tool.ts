import { z } from "zod";
import { approvalMismatch } from "../../../tools/approvals/approvals.errors.ts";
import { hashCall } from "../../../tools/approvals/hash-call.ts";
import { keyedId, type FunctionDeclaration } from "../../functions/define-function.ts";
import type { FunctionCall, WorkflowFunction } from "../../functions/function.ts";
import { toolDenied, toolFailed } from "../../functions/functions.errors.ts";
import { resolveArguments, type CallPlace } from "../../../tools/resolve-arguments.ts";
import { toolUnknown } from "../../../tools/tools.errors.ts";
import { notScripted, sufferFault, type Script, type ScriptedCall } from "./script.ts";

const input = z.object({
  tool: z.string(), arguments: z.record(z.string(), z.unknown()).default({}), approval: z.string().optional(),
  undo: z.object({ tool: z.string(), arguments: z.record(z.string(), z.unknown()).default({}), take: z.record(z.string(), z.string()).default({}) }).optional(),
});
const outcome = z.object({ status: z.enum(["ok", "not_found", "refused", "denied", "failed"]), output: z.unknown(), say: z.string().nullable(), reason: z.string().nullable() });
const made = z.object({ undo: z.object({ tool: z.string(), arguments: z.record(z.string(), z.unknown()) }).nullable() });

type Given = z.infer<typeof input>;
type Outcome = z.infer<typeof outcome>;

/** `tool` with answers from the test: arguments and output are held against the tool's own schemas, approvals against their call. */
export function scriptedTool(script: Script, declared: FunctionDeclaration): WorkflowFunction {
  return {
    ...declared,
    async run(call, value) {
      const given = input.parse(value);
      const callId = keyedId("call", call);
      const ended = outcome.parse(await call.durable.step(`tool.${given.tool}`, (signal) => callOnce(script, call, given, { callId, signal, log: script.happened.effects })));
      if (ended.status === "denied") throw toolDenied({ message: ended.reason ?? "Policy does not allow this call." });
      if (ended.status === "failed") throw toolFailed({ message: `The tool "${given.tool}" failed: ${ended.reason ?? "it did not answer"}` });
      return { ...ended, callId, undo: ended.status === "ok" ? undoOf(given, ended.output) : null };
    },
    async undo(call, value, output) {
      const { undo } = made.parse(output);
      if (undo === null) return;
      const ended = outcome.parse(await call.durable.step(`undo.${input.parse(value).tool}`, (signal) => callOnce(script, call, undo, { callId: keyedId("call", call), signal, log: script.happened.undone })));
      if (ended.status === "denied" || ended.status === "failed") throw toolFailed({ message: ended.reason ?? "It failed." });
    },
  };
}

type Way = { callId: string; signal: AbortSignal; log: ScriptedCall[] };

/** As in the product, the same id answers what it answered before. */
async function callOnce(script: Script, call: FunctionCall, given: Given, way: Way): Promise<Outcome> {
  if (given.approval !== undefined) takeApproval(script, call, given, given.approval);
  const known = script.calls.get(way.callId);
  if (known !== undefined) return outcome.parse(known);
  const ended = await answer(script, call, given, way);
  script.calls.set(way.callId, ended);
  return ended;
}

async function answer(script: Script, call: FunctionCall, given: Given, { signal, log }: Way): Promise<Outcome> {
  const tool = script.tools.get(given.tool);
  if (tool === undefined) throw toolUnknown({ message: `There is no tool "${given.tool}" in this workspace.` });
  const resolved = resolveArguments(tool, given.arguments, placeOf(call));
  if (resolved.kind === "unfit") return end("failed", { reason: `arguments.invalid: ${resolved.reason}` });
  if (tool.needsVerifiedContact && call.subject.contactId === null) return end("denied", { reason: "Please sign in first, so that I can see your own account and orders." });
  const scripted = script.next(`tool ${given.tool}`, script.test.tools[given.tool]);
  if (scripted === null) throw notScripted(`the tool "${given.tool}"`);
  if ("denied" in scripted) return end("denied", { reason: scripted.denied });
  if ("fault" in scripted) return end("failed", { reason: await sufferFault(script, scripted.fault, tool.timeoutMs, signal) });
  if ("not_found" in scripted) return end("not_found", { say: scripted.not_found });
  if ("refused" in scripted) return end("refused", { reason: scripted.refused, say: scripted.say ?? null });
  const output = tool.output.parse(scripted.ok);
  if (!output.isFit) {
    script.happened.problems.push(`The test's answer for the tool "${given.tool}" is none that it could give: ${output.reason}`);
    return end("failed", { reason: "The system answered in another shape than its contract." });
  }
  if (tool.risk !== "read") log.push({ tool: given.tool, arguments: given.arguments });
  return end("ok", { output: output.value, say: scripted.say ?? "Done." });
}

/** The contact of a test is verified; what is bound to it has the values of one. */
function placeOf({ subject }: FunctionCall): CallPlace {
  const { contactId, conversationId, caseId } = subject;
  return { contact: contactId === null ? null : { contactId, email: "contact@example.com", externalId: contactId, isVerified: true }, conversationId, caseId };
}

function end(status: Outcome["status"], more: Partial<Outcome>): Outcome {
  return { status, output: null, say: null, reason: null, ...more };
}

/** Only the exact call that was approved, and once. */
function takeApproval(script: Script, call: FunctionCall, given: Given, id: string): void {
  const approval = script.given.get(id);
  const fits = approval?.status === "approved" && approval.callHash === hashCall(given.tool, given.arguments) && (approval.usedBy ?? call.idempotencyKey) === call.idempotencyKey;
  if (approval === undefined || !fits) throw approvalMismatch({ message: `The approval ${id} does not allow this call of "${given.tool}".` });
  approval.usedBy = call.idempotencyKey;
}

function undoOf(given: Given, output: unknown): z.infer<typeof made>["undo"] {
  if (given.undo === undefined) return null;
  const fields = new Map<string, unknown>(typeof output === "object" && output !== null ? Object.entries(output) : []);
  return { tool: given.undo.tool, arguments: { ...given.undo.arguments, ...Object.fromEntries(Object.entries(given.undo.take).map(([name, field]) => [name, fields.get(field) ?? null])) } };
}
