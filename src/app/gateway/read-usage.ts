import { isRecord } from "../../lib/is-record.ts";
import type { ModelUsage } from "../../models/model.ts";

/** The figures of an answer in OpenAI's form; null: none, or none that can be meant. */
export function readUsage(given: unknown): ModelUsage | null {
  if (!isRecord(given)) return null;
  const promptTokens = plausible(given["prompt_tokens"]);
  // Of an embedding nothing comes back.
  const completionTokens = given["completion_tokens"] === undefined ? 0 : plausible(given["completion_tokens"]);
  if (promptTokens === null || completionTokens === null) return null;
  const details = given["prompt_tokens_details"];
  const cached = isRecord(details) ? plausible(details["cached_tokens"]) : null;
  return { promptTokens, completionTokens, isEstimated: false, ...(cached === null || cached > promptTokens ? {} : { cacheReadTokens: cached }) };
}

/** 0 stands for "not said" in several servers. */
function plausible(tokens: unknown): number | null {
  return typeof tokens === "number" && Number.isSafeInteger(tokens) && tokens > 0 ? tokens : null;
}

/** Figures as OpenAI writes them. */
export function writeUsage(usage: ModelUsage): Record<string, unknown> {
  return { prompt_tokens: usage.promptTokens, completion_tokens: usage.completionTokens, total_tokens: usage.promptTokens + usage.completionTokens, ...(usage.cacheReadTokens === undefined ? {} : { prompt_tokens_details: { cached_tokens: usage.cacheReadTokens } }) };
}
