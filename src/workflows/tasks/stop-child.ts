import { AppError } from "../../lib/app-error.ts";
import { isCancelled } from "../../durable/durable.errors.ts";
import type { DurableChild } from "../../durable/durable.ts";

/**
 * Asks a child to stop and waits for its end, also past a cancellation and past the end of the task's time: what it did or
 * undid must be known before anything else is undone.
 *
 * Returns what its handler answered; null when it never began or broke.
 */
export async function stopChild(child: DurableChild): Promise<{ answer: unknown; wasCancelled: boolean }> {
  let wasCancelled = false;
  for (let isAsked = false; ; ) {
    try {
      if (!isAsked) await child.cancel();
      isAsked = true;
      return { answer: await child.wait({ evenLate: true }), wasCancelled };
    } catch (error) {
      if (!(error instanceof AppError) || error.isRetryable) throw error;
      if (!isCancelled(error)) return { answer: null, wasCancelled };
      wasCancelled = true;
    }
  }
}
