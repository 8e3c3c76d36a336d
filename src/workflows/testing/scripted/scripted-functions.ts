import { z } from "zod";
import { AppError } from "../../../lib/app-error.ts";
import { isRecord } from "../../../lib/is-record.ts";
import type { FunctionDeclaration } from "../../functions/define-function.ts";
import type { FunctionCatalog, WorkflowFunction } from "../../functions/function.ts";
import { agentGaveUp, generateFailed, notifyFailed } from "../../functions/functions.errors.ts";
import { checkerOf } from "../../talk/read-answer.ts";
import { notScripted, sufferFault, type Script } from "./script.ts";
import { scriptedApprove, scriptedAsk, scriptedHandoff, scriptedReply } from "./scripted-talk.ts";
import { scriptedTool } from "./scripted-tool.ts";

const OWN: Readonly<Record<string, (script: Script, declared: FunctionDeclaration) => WorkflowFunction>> = { tool: scriptedTool, ask: scriptedAsk, approve: scriptedApprove, reply: scriptedReply, handoff: scriptedHandoff };

/** What a test does not say of an answer. */
const REST: Readonly<Record<string, Record<string, unknown>>> = {
  understand: { intent: null, confidence: 0.9, intents: [], language: "en", sentiment: "neutral", urgency: 0, risks: [], entities: {} },
  verify: { isGrounded: true, score: 1, unsupported: [], leaks: [] },
  retrieve: { passages: [] },
  agent: { outcome: "answer", reason: null, calls: [] },
  notify: { status: 200, id: "note_test" },
};
const TIMEOUT_MS = 60_000;

/** The installation's functions by name, each answering as the test says. Their input is checked by their own schemas. */
export function scriptedFunctions(script: Script, declared: readonly FunctionDeclaration[]): FunctionCatalog {
  return new Map(declared.map((each) => [each.name, script.test.answers[each.name] === undefined ? (OWN[each.name] ?? scriptedAnswer)(script, each) : scriptedAnswer(script, each)]));
}

function scriptedAnswer(script: Script, declared: FunctionDeclaration): WorkflowFunction {
  return { ...declared, run: (call, given) => call.durable.step(declared.name, (signal) => answer(script, declared, given, signal)) };
}

async function answer(script: Script, declared: FunctionDeclaration, given: unknown, signal: AbortSignal): Promise<unknown> {
  const { name } = declared;
  // Nothing to ask: a notice that nobody scripted arrives.
  const scripted = name === "notify" && script.test.answers[name] === undefined ? { gives: {} } : script.next(`function ${name}`, script.test.answers[name]);
  if (scripted === null) throw notScripted(`the function "${name}"`);
  if ("fails" in scripted) throw new AppError({ code: scripted.fails, status: scripted.status, message: scripted.message ?? `${name} failed` });
  if ("fault" in scripted) throw toFailure(name, await sufferFault(script, scripted.fault, TIMEOUT_MS, signal));
  const made = isRecord(scripted.gives) ? { ...REST[name], ...scripted.gives } : scripted.gives;
  const read = declared.output.safeParse(made);
  if (!read.success) script.happened.problems.push(`The test's answer for the function "${name}" is none that it could give: ${z.prettifyError(read.error)}`);
  const schema = name === "generate" && isRecord(given) && isRecord(given["schema"]) ? given["schema"] : null;
  const misfit = schema === null ? null : checkerOf(schema)(made);
  if (misfit !== null) throw generateFailed({ message: `The model's answer does not fit: ${misfit}.` });
  if (name === "notify" && isRecord(given)) script.happened.notices.push(given);
  return made;
}

function toFailure(name: string, reason: string): AppError {
  if (name === "generate") return generateFailed({ message: `The model did not answer as asked: ${reason}` });
  if (name === "agent") return agentGaveUp({ message: `The AI agent came to no result: ${reason}` });
  if (name === "notify") return notifyFailed({ message: `The notice could not be delivered: ${reason}` });
  return new AppError({ code: `workflows.${name}_failed`, status: 500, message: reason });
}
