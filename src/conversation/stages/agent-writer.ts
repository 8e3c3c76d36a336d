import { redactDeep, restoreDeep } from "../../guard/redact-deep.ts";
import { cut } from "../../lib/cut.ts";
import type { AgentProfile } from "../../agents/agent-profile.ts";
import type { AgentOutcome, AgentTool, SavedModelCall } from "../../agents/agent.ts";
import { buildInstructions } from "../../agents/prompt.ts";
import { quoteUntrusted } from "../../agents/quote-untrusted.ts";
import { runAgent } from "../../agents/run-agent.ts";
import type { Durable } from "../../durable/durable.ts";
import { restore, type Placeholder } from "../../guard/redactor.ts";
import { wholeText } from "../../knowledge/retrieve.ts";
import { AppError } from "../../lib/app-error.ts";
import { newId } from "../../lib/ids.ts";
import type { Model, ModelMessage } from "../../models/model.ts";
import { resultForModel } from "../../tools/describe-call.ts";
import { offeredSchema, resolveArguments } from "../../tools/resolve-arguments.ts";
import type { Tool } from "../../tools/tool.ts";
import { loadModelCall, saveModelCall } from "../model-call.store.ts";
import { modelContextOf } from "../model-context.ts";
import { savePlaceholders } from "../conversation.store.ts";
import type { TurnDeps } from "../turn-deps.ts";
import { previewCall } from "../../tools/call-tool.ts";
import { callInStep, mayHaveEffect, occasionOf, placeOf, type Acted } from "./act.ts";
import { isAskedFor } from "./asked-for.ts";
import { recentOf } from "./retrieve.ts";
import { ASSISTANT } from "./authorize.ts";
import type { PromptPassage } from "../../agents/prompt.ts";
import { citePassages } from "./cite-passages.ts";
import type { Draft } from "./compose.ts";
import { isForPerson } from "./hold-to-ladder.ts";
import { namesOf } from "./redact.ts";
import { createSentenceGate } from "./sentence-gate.ts";
import type { ReplyWriter, WriteInput, Written } from "./write-reply.ts";

export type AgentWriterOptions = { model: Model; profile: AgentProfile };

const HANDOFF_TEXT = "I'm passing you to a colleague now; they will see our whole conversation.";

/**
 * The AI agent as reply writer: prompt from placeholders only, tools through the one way to an effect, sentences shown as
 * soon as each is proven. A call that needs the contact's consent becomes a question; the next turn acts on the answer.
 */
export function createAgentWriter(options: AgentWriterOptions): ReplyWriter {
  return async (deps, durable, input) => {
    const placeholders = [...input.redacted.placeholders];
    const acted: Acted = { ...input.acted, calls: [...input.acted.calls] };
    const draft: Draft = { text: "", citations: [], handoffReason: null, facts: [], isFromKnowledge: true, model: options.model.id, reason: "answered", pending: null, handoffNote: null };
    const run = input.feedback === null ? "answer" : "repair";
    const passages = hidePassages(deps, input, acted, placeholders);
    const gate = createSentenceGate(deps, input.context, acted, placeholders, !isForPerson(input.decision));
    const takeover = watchForTakeover(deps, input);
    const outcome = await runAgent(
      {
        model: options.model, context: modelContextOf(input, { purpose: "reply", stage: "compose" }), clock: deps.clock, signal: AbortSignal.any([durable.signal, takeover.signal]), step: (name, work) => durable.step(`${run}.${input.context.round}.${name}`, work), onText: gate.onText,
        saveModelCall: (call) => saveCall(deps, input, call), loadModelCall: (id) => loadModelCall(deps.database, input.context.tenantId, id),
      },
      {
        instructions: buildInstructions({ instructions: options.profile.instructions, today: new Date(input.context.receivedAtMs).toISOString().slice(0, 10), passages, evidence: acted.evidence }),
        history: historyOf(deps, input), tools: toolsOf(deps, durable, options, input, { acted, draft, placeholders, run }), temperature: options.profile.temperature, runKey: `${input.context.turnId}:${run}.${input.context.round}`,
        limits: { maxModelCalls: options.profile.limits.maxModelCalls, maxToolCalls: options.profile.limits.maxToolCalls, maxOutputTokens: options.profile.limits.maxOutputTokens, deadlineMs: deps.clock.nowMs() + options.profile.limits.timeoutMs },
      },
    ).catch((error: unknown): AgentOutcome => {
      // Stopped from outside: whoever took over speaks now, and the delivery will find that.
      if (error instanceof AppError && error.code === "models.cancelled" && !durable.signal.aborted) return { kind: "gave_up", reason: "holder.not_ai", calls: [] };
      throw error;
    });
    takeover.stop();
    await gate.done();
    input.redacted.placeholders = placeholders;
    return conclude(outcome, draft, acted, placeholders);
  };
}

/** Ends the run as soon as somebody else holds the conversation; a draft is for them and goes on. */
function watchForTakeover(deps: TurnDeps, input: WriteInput): { signal: AbortSignal; stop(): void } {
  const controller = new AbortController();
  const stop = deps.live.onConversation(input.context.tenantId, input.context.conversationId, (event) => {
    if (event.kind === "holder" && !isForPerson(input.decision)) controller.abort();
  });
  return { signal: controller.signal, stop };
}

function conclude(outcome: AgentOutcome, draft: Draft, acted: Acted, placeholders: readonly Placeholder[]): Written {
  const costs = outcome.calls.map((call) => call.costMicroUsd);
  const totals = {
    model: outcome.calls.at(-1)?.modelId ?? draft.model,
    routes: outcome.calls.flatMap(({ modelId, routeReason }) => (routeReason === undefined ? [] : [`${modelId}: ${routeReason}`])),
    costMicroUsd: costs.some((cost) => cost === null) ? null : costs.reduce<number>((sum, cost) => sum + (cost ?? 0), 0),
    promptTokens: outcome.calls.reduce((sum, call) => sum + call.promptTokens, 0), completionTokens: outcome.calls.reduce((sum, call) => sum + call.completionTokens, 0),
  };
  // The budget's rule says that a person goes on; the built-in answerer must not step in.
  if (outcome.kind === "gave_up" && outcome.reason === "models.over_budget_handoff") return { kind: "written", draft: { ...draft, text: HANDOFF_TEXT, handoffReason: "budget.used_up", isFromKnowledge: false, reason: "handed off: budget.used_up" }, acted, ...totals };
  if (outcome.kind === "gave_up") return { kind: "failed", reason: outcome.reason, acted, ...totals };
  if (outcome.kind === "handoff") return { kind: "written", draft: { ...draft, text: [outcome.said, HANDOFF_TEXT].filter((text) => text !== "").join("\n\n"), pending: null, handoffReason: outcome.reason, handoffNote: cut(restore(outcome.summary, placeholders), 500), isFromKnowledge: false, reason: `handed off: ${outcome.reason}` }, acted, ...totals };
  const isQuestion = draft.pending !== null;
  return { kind: "written", draft: { ...draft, text: outcome.text, citations: isQuestion ? [] : citePassages(outcome.text, acted.passages), isFromKnowledge: !isQuestion }, acted, ...totals };
}

/** What was said, as the model may see it; a repair adds what was wrong. */
function historyOf(deps: TurnDeps, input: WriteInput): ModelMessage[] {
  const said = input.redacted.history.map((message): ModelMessage => ({ role: message.author === "contact" ? "user" : "assistant", text: message.text }));
  const asked: ModelMessage = { role: "user", text: input.redacted.text };
  if (input.feedback === null) return [...said, asked];
  const results = input.acted.calls.map((call) => `${call.tool}: ${quoteUntrusted(JSON.stringify(redactDeep(deps.redactor, resultForModel(call), input.redacted.placeholders, namesOf(input.context)).value))}`).join("\n");
  return [...said, asked, { role: "user", text: `(Check by the house, not by the contact.)${results === "" ? "" : ` These tools were called for this message already:\n${results}\n`} ${input.feedback}` }];
}

function toolsOf(deps: TurnDeps, durable: Durable, options: AgentWriterOptions, input: WriteInput, state: { acted: Acted; draft: Draft; placeholders: Placeholder[]; run: string }): AgentTool[] {
  const names = options.profile.tools.length > 0 ? options.profile.tools : [...deps.tools.keys()];
  return names.flatMap((name) => {
    const tool = deps.tools.get(name);
    // What needs a verified contact is not even offered to others; a repair mends words and acts no more, and beside a person the AI only reads.
    const mayOnlyRead = input.feedback !== null || input.context.isAssisting === true;
    const isOffered = tool !== undefined && !(tool.needsVerifiedContact && !input.rights.mayUseRecords) && !(mayOnlyRead && tool.risk !== "read");
    return isOffered ? [agentTool(deps, durable, tool, input, state)] : [];
  });
}

function agentTool(deps: TurnDeps, durable: Durable, tool: Tool, input: WriteInput, state: { acted: Acted; draft: Draft; placeholders: Placeholder[]; run: string }): AgentTool {
  const rule = [...deps.intents.values()].find((intent) => intent.action.kind === "tool" && intent.action.tool === tool.name);
  const mustConfirm = rule?.action.kind === "tool" && rule.action.confirm === "always";
  const isUnasked = input.decision.asksFirst === true && !isAskedFor(tool, rule, input.decision, [input.context.text, ...recentOf(input.context).toReversed()]);
  // What people approve is looked at already; anything else that nobody has asked for may come from a text that was planted.
  const needsConsentFor = async (given: unknown, callKey: string) => tool.risk !== "read" && (mustConfirm || (isUnasked && !(await isForApproval(given, callKey))));
  const isForApproval = (given: unknown, callKey: string) => durable.step(`${state.run}.${input.context.round}.${callKey}.preview`, async () => {
    const call = { tool: tool.name, arguments: asArguments(restoreDeep(given, state.placeholders)), ...placeOf(input.context) };
    return (await previewCall(deps.toolCalls, { ...call, tenantId: input.context.tenantId, channel: input.context.channel, ...occasionOf(input.context, input.decision), principal: ASSISTANT })) === "approve";
  });
  return {
    name: tool.name, description: tool.purpose, inputSchema: { ...offeredSchema(tool) },
    // Asked by the agent's loop only where a handoff stands beside the call: it must not swallow what people have to decide.
    awaitsApproval: async (given, callKey) => !(tool.risk !== "read" && mustConfirm) && isForApproval(given, callKey),
    async call(given, callKey) {
      const args = asArguments(restoreDeep(given, state.placeholders));
      const resolved = resolveArguments(tool, args, placeOf(input.context));
      if (resolved.kind === "unfit") return { text: `The arguments do not fit: ${resolved.reason}` };
      const consentTo = resolved.kind === "resolved" && (await needsConsentFor(given, callKey)) ? resolved : null;
      // One question at a time, so that a "yes" has one meaning.
      if (consentTo !== null && state.draft.pending !== null) return { text: `After that, please tell me again about this: ${tool.describe(consentTo.value).replace(/\.$/, "")}.`, isTerminal: true };
      if (consentTo !== null) {
        // As the model wrote them, with their placeholders: they are kept with the case and put back when the contact agrees.
        const slots = Object.fromEntries(Object.entries(asArguments(given)).map(([name, value]) => [name, typeof value === "number" || typeof value === "boolean" ? value : String(value)]));
        state.draft.pending = { awaiting: "confirmation", intent: rule?.name ?? tool.name, tool: tool.name, slot: null, slots };
        return { text: `Shall I do this for you? ${tool.describe(consentTo.value).replace(/\.$/, "")}. Please answer "yes" or "no".`, isTerminal: true };
      }
      const call = await callInStep(deps.toolCalls, durable, input.context, { ...occasionOf(input.context, input.decision), tool: tool.name, place: `${state.run}_${input.context.round}_${callKey.replace(/[^a-z0-9]/g, "_")}`, arguments: args });
      state.acted.calls.push(call);
      state.acted.hasEffect ||= mayHaveEffect(call);
      const told = resultForModel(call);
      state.draft.facts.push(JSON.stringify(told));
      return { text: JSON.stringify(await hidePersonal(deps, input, told, state.placeholders)) };
    },
  };
}

/** Articles may name people too: their placeholders are for this turn alone, since the article is hidden anew in the next. */
function hidePassages(deps: TurnDeps, input: WriteInput, acted: Acted, placeholders: Placeholder[]): PromptPassage[] {
  return acted.passages.map((passage, place) => {
    const [title, heading, text] = [passage.title, passage.heading, wholeText(passage)].map((open) => {
      const hidden = deps.redactor.redact({ text: open, known: placeholders, names: namesOf(input.context) });
      placeholders.push(...hidden.placeholders.slice(placeholders.length));
      return hidden.text;
    });
    return { marker: place + 1, title: title ?? "", heading: heading ?? "", text: text ?? "" };
  });
}

/** A tool's answer as the model may see it; new placeholders are kept for the case. */
async function hidePersonal(deps: TurnDeps, input: WriteInput, told: unknown, placeholders: Placeholder[]): Promise<unknown> {
  const hidden = redactDeep(deps.redactor, told, placeholders, namesOf(input.context));
  const fresh = hidden.placeholders.slice(placeholders.length);
  await savePlaceholders(deps.database, input.context.tenantId, input.context.caseId, fresh);
  placeholders.push(...fresh);
  return hidden.value;
}

function asArguments(value: unknown): Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? { ...value } : {};
}

function saveCall(deps: TurnDeps, input: WriteInput, call: SavedModelCall): Promise<string> {
  return saveModelCall(deps.database, { tenantId: input.context.tenantId, id: newId("call"), turnId: input.context.turnId, call, at: new Date(deps.clock.nowMs()) });
}
