import { z } from "zod";
import { askedWords, overWords } from "../../../tools/approvals/approval-words.ts";
import { approvalMismatch } from "../../../tools/approvals/approvals.errors.ts";
import { hashCall } from "../../../tools/approvals/hash-call.ts";
import { DEFAULT_DEADLINE_MS, wordsFor } from "../../../tools/approvals/request-approval.ts";
import { durationMs, keyedId, type FunctionDeclaration } from "../../functions/define-function.ts";
import type { FunctionCall, WorkflowFunction } from "../../functions/function.ts";
import { toolDenied, toolFailed } from "../../functions/functions.errors.ts";
import { resolveArguments, type CallPlace } from "../../../tools/resolve-arguments.ts";
import { toolUnknown } from "../../../tools/tools.errors.ts";
import { askPeople, decisionOf } from "./ask-people.ts";
import { notScripted, sufferFault, type Script, type ScriptedCall } from "./script.ts";

const input = z.object({
  tool: z.string(), arguments: z.record(z.string(), z.unknown()).default({}), approval: z.string().optional(),
  undo: z.object({ tool: z.string(), arguments: z.record(z.string(), z.unknown()).default({}), take: z.record(z.string(), z.string()).default({}) }).optional(),
});
const outcome = z.object({ status: z.enum(["ok", "not_found", "refused", "denied", "failed", "waiting"]), output: z.unknown(), say: z.string().nullable(), reason: z.string().nullable(), /** How long people have to approve it. */ withinMs: z.number().optional() });
const made = z.object({ undo: z.object({ tool: z.string(), arguments: z.record(z.string(), z.unknown()) }).nullable() });

type Given = z.infer<typeof input>;
type Outcome = z.infer<typeof outcome>;

/**
 * `tool` with answers from the test: arguments and output are held against the tool's own schemas, approvals against their call.
 * Where the test says that policy asks people, the run waits for the test's next decision, as it does in the product.
 */
export function scriptedTool(script: Script, declared: FunctionDeclaration): WorkflowFunction {
  return {
    ...declared,
    async run(call, value) {
      const given = input.parse(value);
      const callId = keyedId("call", call);
      const first = outcome.parse(await call.durable.step(`tool.${given.tool}`, (signal) => callOnce(script, call, given, { callId, signal, log: script.happened.effects })));
      const ended = first.status === "waiting" ? await afterAsking(script, call, given, { callId, withinMs: first.withinMs ?? DEFAULT_DEADLINE_MS }) : first;
      refuseFault(ended, given.tool);
      return { status: ended.status, output: ended.output, say: ended.say, reason: ended.reason, callId, undo: ended.status === "ok" ? undoOf(given, ended.output) : null };
    },
    async undo(call, value, output) {
      const { undo } = made.parse(output);
      if (undo === null) return;
      const ended = outcome.parse(await call.durable.step(`undo.${input.parse(value).tool}`, (signal) => callOnce(script, call, undo, { callId: keyedId("call", call), signal, log: script.happened.undone })));
      // Nobody can be asked by then.
      refuseFault(ended.status === "waiting" ? end("denied", { reason: "People would have to approve this." }) : ended, undo.tool);
    },
  };
}

function refuseFault({ status, reason }: Outcome, tool: string): void {
  if (status === "denied") throw toolDenied({ message: reason ?? "Policy does not allow this call." });
  if (status === "failed") throw toolFailed({ message: `The tool "${tool}" failed: ${reason ?? "it did not answer"}` });
}

/** Sleeps until people have decided, and makes the same call then. */
async function afterAsking(script: Script, call: FunctionCall, given: Given, { callId, withinMs }: { callId: string; withinMs: number }): Promise<Outcome> {
  const external = call.durable.external();
  await call.durable.step(`tool.${given.tool}.told`, async () => {
    askPeople(script, given, callId, external.id);
    if (call.subject.conversationId !== null) script.happened.replies.push(askedWords(describe(script, given)));
  });
  await call.pause();
  const heard = await external.wait(withinMs);
  return outcome.parse(await call.durable.step(`tool.${given.tool}`, async (signal) => {
    const { status } = decisionOf(script, callId, heard.kind === "timed_out");
    const ended = status === "approved" ? await answer(script, call, given, { callId, signal, log: script.happened.effects, isApproved: true }) : end("denied", { reason: overWords(status).reason });
    script.calls.set(callId, ended);
    return ended;
  }));
}

function describe(script: Script, given: Given): string {
  const tool = script.tools.get(given.tool);
  const read = tool?.input.parse(given.arguments);
  return tool !== undefined && read?.isFit === true ? wordsFor(tool, read.value, given.arguments) : given.tool;
}

type Way = { callId: string; signal: AbortSignal; log: ScriptedCall[]; /** People have said yes to what policy asked them. */ isApproved?: boolean };

/** As in the product, the same id answers what it answered before. */
async function callOnce(script: Script, call: FunctionCall, given: Given, way: Way): Promise<Outcome> {
  if (given.approval !== undefined) takeApproval(script, call, given, given.approval);
  const known = script.calls.get(way.callId);
  if (known !== undefined) return outcome.parse(known);
  const ended = await answer(script, call, given, way);
  script.calls.set(way.callId, ended);
  return ended;
}

async function answer(script: Script, call: FunctionCall, given: Given, way: Way): Promise<Outcome> {
  const { signal, log } = way;
  const tool = script.tools.get(given.tool);
  if (tool === undefined) throw toolUnknown({ message: `There is no tool "${given.tool}" in this workspace.` });
  const resolved = resolveArguments(tool, given.arguments, placeOf(call));
  if (resolved.kind === "unfit") return end("failed", { reason: `arguments.invalid: ${resolved.reason}` });
  if (tool.needsVerifiedContact && call.subject.contactId === null) return end("denied", { reason: "Please sign in first, so that I can see your own account and orders." });
  const scripted = script.asked.get(way.callId) ?? script.next(`tool ${given.tool}`, script.test.tools[given.tool]);
  if (scripted === null) throw notScripted(`the tool "${given.tool}"`);
  if ("denied" in scripted) return end("denied", { reason: scripted.denied });
  // Who hands over an approval has asked already.
  if (scripted.needs_approval !== undefined && way.isApproved !== true && given.approval === undefined) {
    script.asked.set(way.callId, scripted);
    return end("waiting", { withinMs: scripted.needs_approval === true ? DEFAULT_DEADLINE_MS : durationMs(scripted.needs_approval) });
  }
  if ("fault" in scripted) return end("failed", { reason: await sufferFault(script, scripted.fault, tool.timeoutMs, signal) });
  if ("not_found" in scripted) return end("not_found", { say: scripted.not_found });
  if ("refused" in scripted) return end("refused", { reason: scripted.refused, say: scripted.say ?? null });
  if (!("ok" in scripted)) {
    script.happened.problems.push(`The test gives no answer for tool ${given.tool} once people have approved it.`);
    throw notScripted(`the tool "${given.tool}"`);
  }
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
