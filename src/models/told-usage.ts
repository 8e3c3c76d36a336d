import { boundPromptTokens } from "./estimate-tokens.ts";
import type { ModelRequest, ModelUsage } from "./model.ts";

/** Figures as a provider gives them, before anybody believes them. `total`: prompt and answer together, where it says so. */
export type ToldUsage = { prompt: unknown; completion: unknown; total?: unknown; cacheRead?: unknown; cacheWrite?: unknown };

/** What they are held against. `characters`: all that came of the answer, thinking too. */
export type ToldFor = { provider: string; request: Pick<ModelRequest, "messages" | "tools" | "answerSchema" | "maxOutputTokens">; characters: number };

/** So much more than can be meant is a fault: a provider may tell its model more than we do, and some servers go on past the limit. */
const TIMES_OVER = 4;
const TOKENS_OVER = 100_000;
/** A token is rarely over 16 characters. */
const MOST_CHARACTERS_PER_TOKEN = 32;
const SPARE_CHARACTERS = 1_024;
const SPARE_OF_ANSWER = 16_384;

/** Longest answer that is taken, beyond which a server is not stopping. */
export function mostCharacters(maxOutputTokens: number): number {
  return maxOutputTokens * MOST_CHARACTERS_PER_TOKEN + SPARE_OF_ANSWER;
}

/**
 * The provider's figures, where it can mean them; null: it gives none, or some that cannot be, and we count.
 *
 * Units: tokens. Some providers leave thinking out of the answer's figure and bill it: then what the total has beyond the prompt counts. Pure.
 */
export function believedUsage(told: ToldUsage, { provider, request, characters }: ToldFor): ModelUsage | null {
  const promptTokens = meant(told.prompt);
  const said = meant(told.completion);
  if (promptTokens === null || said === null) return null;
  const completionTokens = Math.max(said, (meant(told.total) ?? 0) - promptTokens);
  if (promptTokens > TIMES_OVER * boundPromptTokens(provider, request) + TOKENS_OVER) return null;
  if (completionTokens > TIMES_OVER * request.maxOutputTokens + TOKENS_OVER) return null;
  if (characters > completionTokens * MOST_CHARACTERS_PER_TOKEN + SPARE_CHARACTERS) return null;
  const part = (given: unknown) => {
    const tokens = meant(given);
    return tokens === null || tokens > promptTokens ? null : tokens;
  };
  const [read, written] = [part(told.cacheRead), part(told.cacheWrite)];
  return { promptTokens, completionTokens, isEstimated: false, ...(read === null ? {} : { cacheReadTokens: read }), ...(written === null ? {} : { cacheWriteTokens: written }) };
}

/** 0 stands for "not said" in several servers. */
function meant(tokens: unknown): number | null {
  return typeof tokens === "number" && Number.isSafeInteger(tokens) && tokens > 0 ? tokens : null;
}
