import type { Budgets } from "../budgets/budgets.ts";
import { codeOf, isUnbilled, outcomeOf, refusalError } from "../budgets/wrap-budget.ts";
import { worstCost } from "../budgets/worst-case.ts";
import type { CallContext } from "../call-context.ts";
import { estimateTokens } from "../estimate-tokens.ts";
import type { ModelPrice, ModelUsage } from "../model.ts";
import { costMicroUsd } from "../prices.ts";

/** What a request gave; `promptTokens` as the server tells them, believed or not. */
export type Embedded = { vectors: Float32Array[]; promptTokens: unknown };

/** Does one request to an embedding model's server within the budgets. `signal`: the request's own. */
export type EmbedMeter = (context: CallContext, texts: readonly string[], signal: AbortSignal, request: () => Promise<Embedded>) => Promise<Float32Array[]>;

export type MeterDeps = { budgets: Budgets; model: { id: string; provider: string; price: ModelPrice | null } };

/** Marks around a text. */
const MOST_PER_TEXT = 16;
/** So much more than can be meant is a fault of the server. */
const TIMES_OVER = 4;

/**
 * Reserves each request before it is sent, also one that is sent again, settles it when it ends and writes it down.
 *
 * Errors: `models.over_budget` or `models.over_budget_handoff` before anything is sent; else the request's own. One that fails without having been turned down is
 *   charged its texts, an estimate.
 */
export function createEmbedMeter({ budgets, model }: MeterDeps): EmbedMeter {
  return async (context, texts, signal, request) => {
    const most = { promptTokens: texts.reduce((sum, text) => sum + Buffer.byteLength(text) + MOST_PER_TEXT, 0), maxOutputTokens: 0 };
    const reservation = await budgets.reserve(context, { model: model.id, provider: model.provider, ...most, microUsd: worstCost(model.price, most) });
    if (reservation.kind === "refused") throw refusalError(reservation);
    const isSent = !signal.aborted;
    const usageOf = (told: unknown): ModelUsage => {
      const isBelieved = typeof told === "number" && Number.isSafeInteger(told) && told > 0 && told <= TIMES_OVER * most.promptTokens;
      return { promptTokens: isBelieved ? told : texts.reduce((sum, text) => sum + estimateTokens(text), 0), completionTokens: 0, isEstimated: !isBelieved };
    };
    try {
      const { vectors, promptTokens } = await request();
      const usage = usageOf(promptTokens);
      budgets.settle(reservation.id, { usage, microUsd: costMicroUsd(model.price, usage), outcome: "ok" });
      return vectors;
    } catch (thrown) {
      const how = { outcome: outcomeOf(thrown), errorCode: codeOf(thrown) };
      const usage = usageOf(null);
      if (!isSent || isUnbilled(thrown)) budgets.release(reservation.id, how);
      else budgets.settle(reservation.id, { usage, microUsd: costMicroUsd(model.price, usage), ...how });
      throw thrown;
    }
  };
}

/** Where nothing is counted. */
export const unmetered: EmbedMeter = async (_context, _texts, _signal, request) => (await request()).vectors;
