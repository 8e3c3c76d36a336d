import { setTimeout as sleepFor } from "node:timers/promises";
import { BrokenCircuitError, circuitBreaker, CircuitState, ConsecutiveBreaker, handleWhen, isBrokenCircuitError, type CircuitBreakerPolicy } from "cockatiel";
import { AppError } from "../../lib/app-error.ts";
import type { Model, ModelPart, ModelRequest } from "../model.ts";
import { modelCancelled, modelUnavailable } from "../models.errors.ts";

export type BreakerSettings = {
  /** Failures in a row after which calls fail fast. */
  failuresToOpen: number;
  /** How long they do, milliseconds; then one call at a time is let through to try. */
  coolDownMs: number;
};

export type RetrySettings = {
  /** Requests in all, the first included. */
  maxAttempts: number;
  /** Longest wait before the second attempt; doubles each time. The wait is drawn evenly from 0 to it. Milliseconds. */
  baseDelayMs: number;
  /** Longest wait. A provider that asks for more is not waited for: its error goes to the caller. */
  maxDelayMs: number;
  breaker: BreakerSettings;
};

export const DEFAULT_RETRY: RetrySettings = { maxAttempts: 3, baseDelayMs: 250, maxDelayMs: 4_000, breaker: { failuresToOpen: 5, coolDownMs: 20_000 } };

export type RetryDeps = { sleep(ms: number, signal: AbortSignal): Promise<void>; random(): number };

export const systemDeps: RetryDeps = { sleep: (ms, signal) => sleepFor(ms, undefined, { signal }), random: Math.random };

/**
 * The same model, asked again when it fails before its first part, and left alone for a while when it keeps failing.
 * The breaker is this process's own: it only saves time, and every process learns by itself.
 *
 * Errors: the last attempt's; `models.unavailable` with `details.isFailingFast` while the breaker is open. Only retryable
 *   errors are repeated and counted; after the first part every error goes to the caller.
 * Source: full jitter, "Exponential Backoff And Jitter", AWS Architecture Blog, 2015.
 */
export function withRetry(model: Model, settings: RetrySettings = DEFAULT_RETRY, deps: RetryDeps = systemDeps, breaker: Breaker = createBreaker(model, settings.breaker)): Model {
  return { ...model, stream: (request) => retried({ model, settings, deps, breaker }, request) };
}

/** What ended a call that was let through; the first of them counts, and has done once `isCounted` is. */
export type BreakerOutcome = { resolve(): void; reject(error: unknown): void; isCounted: Promise<void> };

/** `enter` lets one call through. Throws `models.unavailable` with `details.isFailingFast` while the model is left alone. */
export type Breaker = { enter(): Promise<BreakerOutcome> };

export function createBreaker(model: Pick<Model, "id" | "provider">, { failuresToOpen, coolDownMs }: BreakerSettings): Breaker {
  // A trial that its caller has called off tells nothing, so the model stays left alone.
  const counts = (error: unknown) => isRetryable(error) || (policy.state === CircuitState.HalfOpen && error instanceof AppError && error.code === "models.cancelled");
  const policy: CircuitBreakerPolicy = circuitBreaker(handleWhen(counts), { breaker: new ConsecutiveBreaker(failuresToOpen), halfOpenAfter: coolDownMs });
  return { enter: () => enter(policy, model) };
}

type Retrying = { model: Model; settings: RetrySettings; deps: RetryDeps; breaker: Breaker };

async function* retried(retrying: Retrying, request: ModelRequest): AsyncGenerator<ModelPart> {
  const { model, settings, breaker } = retrying;
  for (let attempt = 1; ; attempt += 1) {
    const outcome = await breaker.enter();
    let hasParts = false;
    try {
      for await (const part of model.stream(request)) {
        hasParts = true;
        if (part.kind === "finish") outcome.resolve();
        yield part;
      }
      return;
    } catch (thrown) {
      outcome.reject(thrown);
      if (hasParts || !isRetryable(thrown) || attempt >= settings.maxAttempts) throw thrown;
      await waitBeforeRetry(retrying, thrown, attempt, request.signal);
    } finally {
      // A stream whose reader went away after a part had answered.
      outcome.resolve();
      await outcome.isCounted;
    }
  }
}

async function enter(breaker: CircuitBreakerPolicy, model: Pick<Model, "id" | "provider">): Promise<BreakerOutcome> {
  const outcome = Promise.withResolvers<void>();
  const counted = Promise.withResolvers<void>();
  try {
    // The library lets others wait for the one that tries; a turn has no time for that.
    if (breaker.state === CircuitState.HalfOpen) throw new BrokenCircuitError();
    await new Promise<void>((passed, refused) => {
      // What is rejected after it has passed is thrown by the stream itself.
      breaker.execute(() => {
        passed();
        return outcome.promise;
      }).catch(refused).finally(() => counted.resolve());
    });
    return { resolve: () => outcome.resolve(), reject: (error) => outcome.reject(error), isCounted: counted.promise };
  } catch (error) {
    if (!isBrokenCircuitError(error)) throw error;
    throw modelUnavailable({ message: "The AI model has failed repeatedly and is left alone for a moment.", details: { provider: model.provider, modelId: model.id, isFailingFast: true } });
  }
}

/** Whether it may be asked again. */
export function isRetryable(error: unknown): error is AppError {
  return error instanceof AppError && error.isRetryable;
}

/** Waits before the next attempt; throws `failed` when the provider asks for a longer wait than we give, `models.cancelled` when the caller left. */
export async function waitBeforeRetry(retrying: Pick<Retrying, "settings" | "deps" | "model">, failed: AppError, attempt: number, signal: AbortSignal): Promise<void> {
  const { settings, deps, model } = retrying;
  const asked = failed.details["retryAfterMs"];
  const askedMs = typeof asked === "number" ? asked : 0;
  if (askedMs > settings.maxDelayMs) throw failed;
  const ceilingMs = Math.min(settings.maxDelayMs, settings.baseDelayMs * 2 ** (attempt - 1));
  try {
    await deps.sleep(Math.max(askedMs, deps.random() * ceilingMs), signal);
  } catch (thrown) {
    if (signal.aborted) throw modelCancelled({ details: { provider: model.provider, modelId: model.id } });
    throw thrown;
  }
}
