import type { CallContext } from "../call-context.ts";
import { storable } from "./budget-rules.ts";
import type { BudgetAsk, CallEnd } from "./budgets.ts";

/**
 * One call of a model, as `model_use` keeps it: ids and figures, no text. The names are those of its columns.
 *
 * Units: micro-USD, tokens, milliseconds; `at` ISO 8601, when the call began. `micro_usd` null: the price is not known. `charged_micro_usd`: what budgets were charged for it; `saved_micro_usd`: what an answer out of the cache would have cost.
 */
export type ModelUse = {
  id: string; at: string; provider: string; model: string; route: string | null; purpose: string;
  turn_id: string | null; conversation_id: string | null; case_id: string | null; contact_id: string | null; user_id: string | null; api_key_id: string | null; workflow: string | null; run_id: string | null; stage: string | null;
  prompt_tokens: number; completion_tokens: number; cache_read_tokens: number; cache_write_tokens: number; is_estimated: boolean;
  micro_usd: number | null; charged_micro_usd: number; saved_micro_usd: number | null; cached: string | null; outcome: string; error_code: string | null; first_part_ms: number | null; duration_ms: number;
};

/** What is known when a call begins. */
export type BegunCall = { id: string; atMs: number; context: CallContext; ask: Pick<BudgetAsk, "model" | "provider"> };

export function modelUseOf(begun: BegunCall, end: CallEnd, chargedMicroUsd: number, nowMs: number): ModelUse {
  const { context, ask } = begun;
  const { usage, served } = end;
  return {
    id: begun.id, at: new Date(begun.atMs).toISOString(), provider: served?.provider ?? ask.provider, model: served?.modelId ?? ask.model, route: context.route ?? null, purpose: context.purpose,
    turn_id: context.turnId ?? null, conversation_id: context.conversationId ?? null, case_id: context.caseId ?? null, contact_id: context.contactId ?? null, user_id: context.userId === undefined ? null : storable(context.userId),
    api_key_id: context.apiKeyId ?? null, workflow: context.workflow ?? null, run_id: context.runId ?? null, stage: context.stage ?? null,
    prompt_tokens: usage.promptTokens, completion_tokens: usage.completionTokens, cache_read_tokens: usage.cacheReadTokens ?? 0, cache_write_tokens: usage.cacheWriteTokens ?? 0, is_estimated: usage.isEstimated,
    micro_usd: end.microUsd, charged_micro_usd: chargedMicroUsd, saved_micro_usd: end.savedMicroUsd ?? null, cached: served?.cached ?? null, outcome: end.outcome, error_code: end.errorCode ?? null,
    first_part_ms: end.firstPartMs ?? null, duration_ms: Math.max(0, Math.round(nowMs - begun.atMs)),
  };
}
