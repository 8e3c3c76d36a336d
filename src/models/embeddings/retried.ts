import { setTimeout as sleepFor } from "node:timers/promises";
import { AppError } from "../../lib/app-error.ts";
import { modelCancelled, modelTimeout } from "../models.errors.ts";

/** `maxAttempts` requests in all; the wait before the second is at most `baseDelayMs`, doubles each time and never passes `maxDelayMs`. */
export type EmbedderRetry = { maxAttempts: number; baseDelayMs: number; maxDelayMs: number; requestMs: number };

export const EMBEDDER_RETRY: EmbedderRetry = { maxAttempts: 4, baseDelayMs: 250, maxDelayMs: 8_000, requestMs: 60_000 };

/**
 * Work against a model's server, done again when it fails in a way that passes (`isRetryable`), after a wait drawn evenly from 0 to
 * the longest, or as long as the server asks. One that asks for more than `maxDelayMs` is not waited for.
 *
 * Errors: the last attempt's; `models.timeout` for one that took longer than `requestMs`; `models.cancelled` when `signal` aborts.
 * Source: full jitter, "Exponential Backoff And Jitter", AWS Architecture Blog, 2015.
 */
export function retried(settings: EmbedderRetry = EMBEDDER_RETRY): <Result>(work: (signal: AbortSignal) => Promise<Result>, signal: AbortSignal) => Promise<Result> {
  return async (work, signal) => {
    for (let attempt = 1; ; attempt += 1) {
      const limit = AbortSignal.timeout(settings.requestMs);
      try {
        if (signal.aborted) throw modelCancelled();
        return await work(AbortSignal.any([signal, limit]));
      } catch (thrown) {
        const error = limit.aborted && !signal.aborted ? modelTimeout({ details: { timeoutMs: settings.requestMs } }) : thrown;
        const asked = error instanceof AppError ? error.details["retryAfterMs"] : undefined;
        const askedMs = typeof asked === "number" ? asked : 0;
        if (!(error instanceof AppError) || !error.isRetryable || attempt >= settings.maxAttempts || askedMs > settings.maxDelayMs) throw error;
        await wait(Math.max(askedMs, Math.random() * Math.min(settings.maxDelayMs, settings.baseDelayMs * 2 ** (attempt - 1))), signal);
      }
    }
  };
}

async function wait(ms: number, signal: AbortSignal): Promise<void> {
  try {
    await sleepFor(ms, undefined, { signal });
  } catch (thrown) {
    if (signal.aborted) throw modelCancelled();
    throw thrown;
  }
}
