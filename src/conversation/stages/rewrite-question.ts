import type { SavedModelCall } from "../../agents/agent.ts";
import type { Durable } from "../../durable/durable.ts";
import { queryIn, rewriteQuery, type RewriteAnswer } from "../../knowledge/retrieval/rewrite-query.ts";
import { AppError } from "../../lib/app-error.ts";
import type { Clock } from "../../lib/clock.ts";
import { newId } from "../../lib/ids.ts";
import type { Log } from "../../lib/log.ts";
import type { Model } from "../../models/model.ts";
import { servedOfError, usageOfError } from "../../models/usage-of-error.ts";
import type { Database } from "../../storage/database.ts";
import { loadModelCall, saveModelCall } from "../model-call.store.ts";
import { modelContextOf } from "../model-context.ts";
import type { Decision, EarlierMessage, TurnContext } from "../turn.ts";

/** What it takes to have a question rewritten from the conversation. `timeoutMs`: after it the search goes on without. */
export type Rewriter = { model: Model; database: Database; clock: Clock; log: Log; timeoutMs?: number };

/** The question in a model's words, or why there is none; what that cost. */
export type Rewrite = { query: string | null; reason: string; model: string; costMicroUsd: number | null; promptTokens: number; completionTokens: number };

/** `question` and `history` redacted. */
export type RewriteAsked = { context: TurnContext; decision: Decision; question: string; history: readonly EarlierMessage[] };

/** All that is journaled of it: the call's id, and its figures; the text is read again. */
type Journaled = Omit<Rewrite, "query"> & { callId: string | null };

/** A customer waits, and carrying terms over does nearly as well. */
const TIMEOUT_MS = 4_000;

/**
 * The question as it would be asked by somebody who has said nothing before. Whatever keeps the model from giving one (a failure, a
 * budget, a data rule, the time limit, an answer that is no query) is a reason and never an error.
 *
 * Replay: one journaled step; the same query comes of it, read from the stored call.
 */
export async function rewriteInStep(deps: Rewriter, durable: Pick<Durable, "step" | "signal">, asked: RewriteAsked): Promise<Rewrite> {
  const { tenantId } = asked.context;
  let fresh: SavedModelCall | null = null;
  const { callId, ...figures } = await durable.step("rewrite", async (): Promise<Journaled> => {
    const made = await callOnce(deps, durable, asked);
    if (made.call === null) return { callId: null, reason: made.reason, model: deps.model.id, costMicroUsd: made.costMicroUsd, promptTokens: 0, completionTokens: 0 };
    fresh = made.call;
    const { modelId, costMicroUsd, usage } = made.call;
    const id = await saveModelCall(deps.database, { tenantId, id: newId("call"), turnId: asked.context.turnId, call: made.call, at: new Date(deps.clock.nowMs()) });
    return { callId: id, reason: queryIn(made.call) === null ? "the model gave no query" : "rewritten", model: modelId, costMicroUsd, promptTokens: usage.promptTokens, completionTokens: usage.completionTokens };
  });
  if (callId === null) return { ...figures, query: null };
  return { ...figures, query: queryIn(fresh ?? (await loadModelCall(deps.database, tenantId, callId))) };
}

type Made = { call: SavedModelCall } | { call: null; reason: string; costMicroUsd: number | null };

async function callOnce({ model, clock, log, timeoutMs = TIMEOUT_MS }: Rewriter, durable: Pick<Durable, "signal">, { context, decision, question, history }: RewriteAsked): Promise<Made> {
  const startedMs = clock.nowMs();
  const late = AbortSignal.timeout(timeoutMs);
  try {
    const given = await rewriteQuery(model, {
      question, earlier: history, context: modelContextOf({ context, decision, rights: decision.rights }, { purpose: "rewrite", stage: "act", cache: "off" }), signal: AbortSignal.any([late, durable.signal]), idempotencyKey: `${context.turnId}:rewrite.${context.round}`,
    });
    return given === null ? { call: null, reason: "nothing was said before", costMicroUsd: 0 } : { call: savedCall(given, clock.nowMs() - startedMs) };
  } catch (thrown) {
    if (!(thrown instanceof AppError) || !thrown.code.startsWith("models.") || durable.signal.aborted) throw thrown;
    const reason = late.aborted ? `the model took longer than ${timeoutMs} ms` : thrown.code;
    log.warn("knowledge.query_not_rewritten", { turnId: context.turnId, reason });
    return { call: null, reason, costMicroUsd: usageOfError(thrown) === null ? 0 : (servedOfError(thrown)?.costMicroUsd ?? null) };
  }
}

function savedCall({ messages, answer }: RewriteAnswer, durationMs: number): SavedModelCall {
  const { text, toolCalls, reason, usage, served } = answer;
  return { modelId: served.modelId, provider: served.provider, messages, text, toolCalls, finishReason: reason, usage, costMicroUsd: served.costMicroUsd, durationMs };
}
