import { boundPromptTokens } from "../estimate-tokens.ts";
import type { Model, ModelPrice, ModelRequest } from "../model.ts";
import type { UnknownPrice } from "./budget-rules.ts";
import type { BudgetAsk } from "./budgets.ts";

/** What a model without a known price is counted as, unless `models.yaml` says otherwise: 15 and 75 USD per million tokens, the dearest that were common. */
export const UNKNOWN_PRICE: Exclude<UnknownPrice, "refuse"> = { prompt: 15_000_000, completion: 75_000_000 };

/** The most that a request can use and cost. A price with a dearer class for long prompts counts by the dearer one as soon as the prompt may be long. */
export function worstCase(model: Pick<Model, "id" | "name" | "provider" | "priceMicroUsdPerMillion">, request: Pick<ModelRequest, "messages" | "tools" | "maxOutputTokens" | "answerSchema">): BudgetAsk {
  const asked = { promptTokens: boundPromptTokens(model.provider, request), maxOutputTokens: request.maxOutputTokens };
  return { model: model.id, ...(model.name === undefined ? {} : { name: model.name }), provider: model.provider, ...asked, microUsd: worstCost(model.priceMicroUsdPerMillion, asked) };
}

/** Whole micro-USD, rounded up; null when the price is unknown. */
export function worstCost(price: ModelPrice | null, asked: { promptTokens: number; maxOutputTokens: number }): number | null {
  if (price === null) return null;
  const classes = price.longPrompt !== undefined && asked.promptTokens > price.longPrompt.overTokens ? [price, price.longPrompt] : [price];
  return Math.max(...classes.map((rates) => Math.ceil((asked.promptTokens * Math.max(rates.prompt, rates.cacheWrite ?? 0) + asked.maxOutputTokens * rates.completion) / 1_000_000)));
}
