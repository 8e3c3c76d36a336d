import type { ModelFinishReason, ModelMessage, ModelToolCall, ModelUsage } from "../models/model.ts";

/** A journaled step, given by the caller: `work` runs once, and a replay gets its result as it was. `name` is unique in the run. */
export type AgentStep = <T>(name: string, work: () => Promise<T>) => Promise<T>;

/**
 * A tool as the agent sees it. Rights, policy, approval and journal are the caller's; the agent only asks.
 *
 * Shapes: `inputSchema` is a JSON Schema of type `object`. `args` fit it; `callKey` is unique in the run and the same on replay.
 *   `text` goes to the model, quoted as untrusted; with `isTerminal` it goes to the contact as the answer and the run ends.
 * Errors: expected outcomes (refused, not found, failed) are texts. A throw ends the run and is the caller's to retry.
 * Replay: `call` and `awaitsApproval` are called again, in the same order, and must journal what they do.
 */
export type AgentTool = {
  name: string;
  description: string;
  inputSchema: Record<string, unknown>;
  call(args: unknown, callKey: string): Promise<{ text: string; isTerminal?: boolean }>;
  /** Whether this call would wait for a person's approval; then it is made even beside a handoff in the same answer. */
  awaitsApproval?(args: unknown, callKey: string): Promise<boolean>;
};

export type AgentInput = {
  /** The system prompt, from `buildInstructions`. */
  instructions: string;
  /** What was said before, the contact's new message last. */
  history: ModelMessage[];
  tools: AgentTool[];
  limits: {
    maxModelCalls: number;
    maxToolCalls: number;
    /** Of one answer. */
    maxOutputTokens: number;
    /** A point in time, epoch milliseconds (UTC): no model call begins after it, and a running one is ended at it. */
    deadlineMs: number;
  };
  temperature?: number;
  /** Names the run to the provider (`Idempotency-Key`), e.g. the turn's id. */
  runKey?: string;
};

/**
 * Why a run gave up: `agent.deadline_passed`, `agent.model_call_limit`, `agent.tool_call_limit`, `agent.invalid_tool_call`,
 * `agent.answer_cut`, `agent.answer_stopped`, `agent.empty_answer`, or the code of the model's error (`models.unavailable`, …).
 * `said` of a handoff: what its calls that people have to decide told the contact, or "".
 */
export type AgentOutcome =
  | { kind: "answer"; text: string; calls: ModelCallRecord[] }
  | { kind: "handoff"; reason: HandoffReason; summary: string; said: string; calls: ModelCallRecord[] }
  | { kind: "gave_up"; reason: string; calls: ModelCallRecord[] };

/** The reasons an agent may give; a part of those of `handoffView`. `agent.asked` is one that it did not give rightly. */
export const HANDOFF_REASONS = ["contact.asked", "evidence.missing", "policy.denied", "tool.failed", "risk.flagged"] as const;
export type HandoffReason = (typeof HANDOFF_REASONS)[number] | "agent.asked";

/** The small facts of one model call: all that is journaled of it. `failed` calls are here when they had used tokens. */
export type ModelCallRecord = {
  /** As `saveModelCall` gave it. */
  id: string;
  modelId: string;
  promptTokens: number;
  completionTokens: number;
  /** Null when the price is unknown. */
  costMicroUsd: number | null;
  durationMs: number;
  finishReason: ModelFinishReason | "failed";
  /** Why this model was asked, or that the answer came out of the cache. */
  routeReason?: string;
};

/** One model call as it is kept outside the journal: the prompt as sent, and what came back. */
export type SavedModelCall = {
  modelId: string;
  provider: string;
  messages: ModelMessage[];
  text: string;
  toolCalls: ModelToolCall[];
  finishReason: ModelFinishReason | "failed";
  usage: ModelUsage;
  costMicroUsd: number | null;
  durationMs: number;
  /** Why this model was asked. */
  routeReason?: string;
};

/**
 * Text on its way to the contact, before it is known to be the answer.
 *
 * Every answer is shown as it comes. `offset` is the number of characters (UTF-16) of this answer already sent: at 0 a new
 * answer begins and replaces whatever was shown, so a call made again after a crash shows nothing twice. When a tool call
 * follows, or the answer is cut or fails, `withdrawn` takes it back. A replayed call shows nothing: its text is in the outcome.
 */
export type AgentText = { kind: "delta"; text: string; offset: number } | { kind: "withdrawn" };
