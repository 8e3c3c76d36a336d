import { cut } from "../lib/cut.ts";
import { z } from "zod";
import type { ModelMessage, ModelTool, ModelToolCall } from "../models/model.ts";
import { type AgentInput, type AgentOutcome, type AgentTool, HANDOFF_REASONS, type ModelCallRecord, type SavedModelCall } from "./agent.ts";
import { type CallModelDeps, callModel, isAnswer } from "./call-model.ts";
import { checkArguments } from "./check-arguments.ts";
import { quoteUntrusted } from "./quote-untrusted.ts";

const HANDOFF = "handoff";
const MAX_SUMMARY = 2_000;

const handoffArguments = z.object({ reason: z.enum(HANDOFF_REASONS), summary: z.string() });

const handoffTool: ModelTool = {
  name: HANDOFF,
  description: "Hands the conversation to a person: when the contact asks for one, when passages and tools do not hold the answer, when a rule forbids what is asked, when a tool fails, or when somebody may come to harm.",
  inputSchema: {
    type: "object",
    properties: {
      reason: { type: "string", enum: [...HANDOFF_REASONS] },
      summary: { type: "string", description: "For the person who takes over: what the contact wants, what is established, what was tried. Two or three sentences." },
    },
    required: ["reason", "summary"],
    additionalProperties: false,
  },
};

/** One call the model asked for, held against the tools it has. */
type CheckedCall = { call: ModelToolCall; callKey: string } & ({ kind: "handoff" } | { kind: "tool"; tool: AgentTool } | { kind: "invalid"; error: string });

type Run = { input: AgentInput; messages: ModelMessage[]; calls: ModelCallRecord[]; toolCallCount: number; hasCorrected: boolean };

/**
 * Runs an AI agent on one message: asks the model, calls the tools it asks for, asks again, until there is an answer, a
 * handoff, or a limit.
 *
 * Order: tools are called one after the other, as asked. A `handoff` (always offered) outranks the other calls of the same
 *   answer, except those that await approval: these are made first, and what is terminal among them is said with it. A
 *   terminal call ends the run when all calls of its answer were made: none is skipped for another.
 *   Calls that would exceed `maxToolCalls` are not made, and neither are the others of that answer.
 *   An unknown tool or arguments that do not fit go back to the model once in a run; the second time the run gives up.
 * Untrusted: results of tools are quoted by `quoteUntrusted` and cut to its limit.
 * Errors: what the model cannot do is an outcome. Thrown: `RangeError` for a wrong input (a bug), a cancel from outside,
 *   and what tools, `saveModelCall` and `loadModelCall` throw.
 * Replay: the steps are `model-1`, `model-2`, … and the callers' own under the keys `model-1.tool-0`, …; all else follows
 *   from their results. A replayed run asks the model nothing that it has answered. Time is read inside steps only.
 */
export async function runAgent(deps: CallModelDeps, input: AgentInput): Promise<AgentOutcome> {
  checkInput(input);
  const tools = [...input.tools.map(({ name, description, inputSchema }) => ({ name, description, inputSchema })), handoffTool];
  const run: Run = { input, messages: [{ role: "system", text: input.instructions }, ...input.history], calls: [], toolCallCount: 0, hasCorrected: false };
  for (let number = 1; number <= input.limits.maxModelCalls; number += 1) {
    const name = `model-${number}`;
    const called = await callModel(deps, input, run.messages, tools, name);
    if (called.record) run.calls.push(called.record);
    if (called.kind === "failed") return giveUp(run, called.reason);
    const { answer } = called;
    const outcome = answer.toolCalls.length > 0 && answer.finishReason !== "length" ? await followCalls(run, answer, name) : conclude(run, answer);
    if (outcome) return outcome;
  }
  return giveUp(run, "agent.model_call_limit");
}

function conclude(run: Run, answer: SavedModelCall): AgentOutcome {
  if (isAnswer({ ...answer, reason: answer.finishReason })) return { kind: "answer", text: answer.text, calls: run.calls };
  if (answer.finishReason === "length") return giveUp(run, "agent.answer_cut");
  return giveUp(run, answer.finishReason === "stop" ? "agent.empty_answer" : "agent.answer_stopped");
}

/** Makes the calls of one answer and writes their results into the conversation. Null: ask the model again. */
async function followCalls(run: Run, answer: SavedModelCall, name: string): Promise<AgentOutcome | null> {
  const checked = answer.toolCalls.map((call, index) => checkCall(run.input.tools, call, `${name}.tool-${index}`));
  const handoff = checked.find((each) => each.kind === "handoff");
  if (handoff) return handOff(run, handoff.call, await callAwaitingApproval(checked));
  const hasInvalid = checked.some((each) => each.kind === "invalid");
  if (hasInvalid && run.hasCorrected) return giveUp(run, "agent.invalid_tool_call");
  run.hasCorrected ||= hasInvalid;
  run.toolCallCount += checked.filter((each) => each.kind === "tool").length;
  if (run.toolCallCount > run.input.limits.maxToolCalls) return giveUp(run, "agent.tool_call_limit");

  run.messages.push({ role: "assistant", text: answer.text, toolCalls: answer.toolCalls });
  const terminal: string[] = [];
  for (const each of checked) {
    const { callId, toolName } = each.call;
    if (each.kind === "tool") {
      const result = await each.tool.call(each.call.arguments, each.callKey);
      if (result.isTerminal) terminal.push(result.text);
      else run.messages.push({ role: "tool", callId, toolName, text: quoteUntrusted(result.text) });
    } else if (each.kind === "invalid") run.messages.push({ role: "tool", callId, toolName, text: each.error });
  }
  return ended(run, terminal);
}

/** Makes the calls that people have to decide, which a handoff does not outrank; what the terminal ones say. */
async function callAwaitingApproval(checked: readonly CheckedCall[]): Promise<string> {
  const terminal: string[] = [];
  for (const each of checked) {
    if (each.kind !== "tool" || !(await each.tool.awaitsApproval?.(each.call.arguments, each.callKey))) continue;
    const result = await each.tool.call(each.call.arguments, each.callKey);
    if (result.isTerminal) terminal.push(result.text);
  }
  return terminal.join("\n\n");
}

/** What terminal calls say is the answer, all of it. */
function ended(run: Run, terminal: readonly string[]): AgentOutcome | null {
  return terminal.length === 0 ? null : { kind: "answer", text: terminal.join("\n\n"), calls: run.calls };
}

/** A handoff is never lost to a slip in its arguments. */
function handOff(run: Run, call: ModelToolCall, said: string): AgentOutcome {
  const read = handoffArguments.safeParse(call.arguments);
  const given = read.success ? read.data : { reason: "agent.asked" as const, summary: "" };
  return { kind: "handoff", reason: given.reason, summary: cut(given.summary, MAX_SUMMARY), said, calls: run.calls };
}

function checkCall(tools: readonly AgentTool[], call: ModelToolCall, callKey: string): CheckedCall {
  if (call.toolName === HANDOFF) return { kind: "handoff", call, callKey };
  const tool = tools.find((each) => each.name === call.toolName);
  if (!tool) return { kind: "invalid", call, callKey, error: "Error: there is no tool of this name. Use one of the tools you were given, or hand off." };
  const problem = checkArguments(tool.inputSchema, call.arguments);
  return problem === null ? { kind: "tool", call, callKey, tool } : { kind: "invalid", call, callKey, error: `Error: ${problem}. Nothing was done. Mend the arguments and call again, or hand off.` };
}

function giveUp(run: Run, reason: string): AgentOutcome {
  return { kind: "gave_up", reason, calls: run.calls };
}

function checkInput(input: AgentInput): void {
  const names = input.tools.map((tool) => tool.name);
  if (names.includes(HANDOFF) || new Set(names).size !== names.length) throw new RangeError("tools must have different names, and handoff is the agent's own");
  if (input.limits.deadlineMs < 1e11) throw new RangeError("deadlineMs is a point in time in epoch milliseconds, not a duration");
}
