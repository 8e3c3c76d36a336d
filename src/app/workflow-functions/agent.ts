import { restoreDeep } from "../../guard/redact-deep.ts";
import { resultForModel } from "../../tools/describe-call.ts";
import { z } from "zod";
import type { AgentProfile } from "../../agents/agent-profile.ts";
import type { AgentTool } from "../../agents/agent.ts";
import { buildInstructions } from "../../agents/prompt.ts";
import { runAgent } from "../../agents/run-agent.ts";
import { restore, type Placeholder } from "../../guard/redactor.ts";
import { sha256 } from "../../lib/sha256.ts";
import { callTool, type CallToolDeps } from "../../tools/call-tool.ts";
import { findToolCall, type ToolCallRecord } from "../../tools/tool-call.store.ts";
import { offeredSchema } from "../../tools/resolve-arguments.ts";
import type { Tool } from "../../tools/tool.ts";
import { declareFunction, defineFunction, toolContact } from "../../workflows/functions/define-function.ts";
import type { FunctionCall } from "../../workflows/functions/function.ts";
import { agentGaveUp, agentUnknown } from "../../workflows/functions/functions.errors.ts";
import { hidePersonal } from "./hide-personal.ts";
import { modelCallsOf, namesOf, type ModelFunctionDeps } from "./model-calls.ts";

const passage = z.looseObject({ title: z.string().default(""), heading: z.string().default(""), text: z.string() });
const input = z.strictObject({
  message: z.string().min(1).max(50_000).describe("What the agent is to do or answer."),
  agent: z.string().optional().describe("The profile's name (agents/<name>.md); the first one without it."),
  passages: z.array(passage).max(20).default([]).describe("Knowledge it may rest on, as `retrieve` gives it."),
  tools: z.array(z.string()).optional().describe("Tools it may call; without this, those of its profile that only read."),
});
const output = z.object({
  outcome: z.enum(["answer", "handoff"]), text: z.string(), reason: z.string().nullable(),
  calls: z.array(z.object({ callId: z.string(), tool: z.string(), status: z.string() })),
});

export type AgentFunctionDeps = ModelFunctionDeps & { agents: ReadonlyMap<string, AgentProfile>; toolCalls: CallToolDeps };
type Made = { callId: string; tool: string; status: string };

export const agentDeclaration = declareFunction({ name: "agent", summary: "Lets an AI agent work with tools.", input, output, traits: { waits: false, effects: true, needsConversation: false } });

/**
 * `call: agent`: an AI agent works on one message with tools and says what came of it; it sends nothing to the contact.
 *
 * Errors: `workflows.model_missing`, `workflows.agent_unknown`, `workflows.agent_gave_up` with the reason.
 * Tools that change something must be named in the task. Replay: model and tool calls are journaled steps.
 */
export function agentFunction(deps: AgentFunctionDeps) {
  return defineFunction({
    ...agentDeclaration,
    async run(call, given) {
      const calls = modelCallsOf(deps, call);
      const profile = given.agent === undefined ? deps.agents.values().next().value : deps.agents.get(given.agent);
      if (profile === undefined) throw agentUnknown({ message: `There is no AI agent "${given.agent ?? "assistant"}" in agents/.` });
      const known: Placeholder[] = [];
      const names = await namesOf(deps, call);
      const { nowMs } = await call.durable.step("agent.begin", () => Promise.resolve({ nowMs: deps.clock.nowMs() }));
      const text = String(hidePersonal(deps.redactor, given.message, known, names));
      const made: Made[] = [];
      const outcome = await runAgent(calls, {
        instructions: buildInstructions({ instructions: profile.instructions, today: new Date(nowMs).toISOString().slice(0, 10), passages: given.passages.map((each, place) => ({ marker: place + 1, title: each.title, heading: each.heading, text: each.text })) }),
        history: [{ role: "user", text }], tools: toolsOf(deps, call, profile, given.tools, { known, names, made }), temperature: profile.temperature, runKey: call.idempotencyKey,
        limits: { maxModelCalls: profile.limits.maxModelCalls, maxToolCalls: profile.limits.maxToolCalls, maxOutputTokens: profile.limits.maxOutputTokens, deadlineMs: nowMs + profile.limits.timeoutMs },
      });
      if (outcome.kind === "gave_up") throw agentGaveUp({ message: `The AI agent came to no result: ${outcome.reason}.`, details: { reason: outcome.reason } });
      if (outcome.kind === "handoff") return { outcome: "handoff" as const, text: restore(outcome.summary, known), reason: outcome.reason, calls: made };
      return { outcome: "answer" as const, text: restore(outcome.text, known), reason: null, calls: made };
    },
  });
}

type Scene = { known: Placeholder[]; names: readonly string[]; made: Made[] };

function toolsOf(deps: AgentFunctionDeps, call: FunctionCall, profile: AgentProfile, named: readonly string[] | undefined, scene: Scene): AgentTool[] {
  const all = profile.tools.length > 0 ? profile.tools : [...deps.toolCalls.tools.keys()];
  const names = named ?? all.filter((name) => deps.toolCalls.tools.get(name)?.risk === "read");
  return names.flatMap((name) => {
    const tool = deps.toolCalls.tools.get(name);
    return tool === undefined ? [] : [agentTool(deps, call, tool, scene)];
  });
}

function agentTool(deps: AgentFunctionDeps, call: FunctionCall, tool: Tool, scene: Scene): AgentTool {
  return {
    name: tool.name, description: tool.purpose, inputSchema: { ...offeredSchema(tool) },
    async call(given, callKey) {
      const restored = restoreDeep(given, scene.known);
      const args = typeof restored === "object" && restored !== null && !Array.isArray(restored) ? { ...restored } : {};
      const record = await callOnce(deps, call, tool, args, callKey);
      scene.made.push({ callId: record.id, tool: tool.name, status: record.status });
      return { text: JSON.stringify(hidePersonal(deps.redactor, resultForModel(record), scene.known, scene.names)) };
    },
  };
}

async function callOnce(deps: AgentFunctionDeps, call: FunctionCall, tool: Tool, args: Record<string, unknown>, callKey: string): Promise<ToolCallRecord> {
  const { subject } = call;
  const callId = `call_${sha256(`${call.idempotencyKey}:${callKey}`).slice(0, 22)}`;
  let made: ToolCallRecord | null = null;
  await call.durable.step(`tool.${tool.name}`, async () => {
    made = await callTool(deps.toolCalls, {
      tenantId: subject.tenantId, callId, tool: tool.name, arguments: args, contact: await toolContact(deps.database, subject), channel: "workflow", principal: { type: "AiAgent", id: "assistant" },
      turnId: null, conversationId: subject.conversationId, caseId: subject.caseId, eventDepth: subject.eventDepth,
    });
    return { callId, status: made.status };
  });
  const record: ToolCallRecord | null = made ?? (await findToolCall(deps.database, subject.tenantId, callId));
  if (record === null) throw new Error(`the record of ${callId} is gone`);
  return record;
}
