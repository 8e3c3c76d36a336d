import { AppError, defineError, isRetryable } from "../lib/app-error.ts";

export const durableUnavailable = defineError({ code: "durable.unavailable", status: 503, isRetryable: true, message: "The durable engine does not answer; try again shortly." });
export const durableRefused = defineError({ code: "durable.refused", status: 500, message: "The durable engine refused the call." });
export const durableFailed = defineError({ code: "durable.failed", status: 500, message: "The durable handler failed." });
export const durableCancelled = defineError({ code: "durable.cancelled", status: 409, message: "The durable handler was cancelled." });
export const durableRejected = defineError({ code: "durable.rejected", status: 409, message: "What was waited for was refused." });
export const durableTimeIsUp = defineError({ code: "durable.time_is_up", status: 408, message: "The time of this part is over." });

export function isCancelled(thrown: unknown): boolean {
  return thrown instanceof AppError && thrown.code === "durable.cancelled";
}

/**
 * Not an error of the work, but the engine's word: stop (cancelled, time is up), or not now (retryable: the invocation is
 * tried again). Catch it only to put things right, and throw it on.
 */
export function isInterruption(thrown: unknown): boolean {
  return isRetryable(thrown) || isCancelled(thrown) || (thrown instanceof AppError && thrown.code === "durable.time_is_up");
}
