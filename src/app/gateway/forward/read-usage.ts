import { isRecord } from "../../../lib/is-record.ts";
import type { ModelUsage } from "../../../models/model.ts";
import { believedUsage, type ToldFor } from "../../../models/told-usage.ts";

/** The figures of a chat's answer in OpenAI's form; null: none, or none that can be meant. */
export function readUsage(given: unknown, told: ToldFor): ModelUsage | null {
  if (!isRecord(given)) return null;
  const details = given["prompt_tokens_details"];
  return believedUsage({ prompt: given["prompt_tokens"], completion: given["completion_tokens"], total: given["total_tokens"], cacheRead: isRecord(details) ? details["cached_tokens"] : undefined }, told);
}

/** The figures of an embedding, of which no words come back. */
export function readEmbeddingUsage(given: unknown, told: Omit<ToldFor, "characters">): ModelUsage | null {
  if (!isRecord(given)) return null;
  const read = believedUsage({ prompt: given["prompt_tokens"] ?? given["total_tokens"], completion: 1 }, { ...told, characters: 0 });
  return read === null ? null : { ...read, completionTokens: 0 };
}

/** Figures as OpenAI writes them. */
export function writeUsage(usage: ModelUsage): Record<string, unknown> {
  return { prompt_tokens: usage.promptTokens, completion_tokens: usage.completionTokens, total_tokens: usage.promptTokens + usage.completionTokens, ...(usage.cacheReadTokens === undefined ? {} : { prompt_tokens_details: { cached_tokens: usage.cacheReadTokens } }) };
}
