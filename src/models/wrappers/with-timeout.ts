import type { Model, ModelPart, ModelRequest } from "../model.ts";
import { modelTimeout } from "../models.errors.ts";

export type ModelTimeouts = {
  /** From the call to its first part, milliseconds. */
  firstPartMs: number;
  /** From one part to the next, milliseconds. */
  idleMs: number;
  /** From the call to its finish, milliseconds; also ends an answer that never stops. */
  totalMs: number;
};

export const DEFAULT_TIMEOUTS: ModelTimeouts = { firstPartMs: 20_000, idleMs: 20_000, totalMs: 60_000 };

/**
 * The same model with three limits on its time.
 *
 * Errors: `models.timeout` (retryable) with `details.phase` `first_part`, `idle` or `total`; the model's own otherwise.
 * The limit holds even when the model ignores its signal: the call is left behind and its connection closed.
 */
export function withTimeout(model: Model, timeouts: ModelTimeouts = DEFAULT_TIMEOUTS): Model {
  return { ...model, stream: (request) => limited(model, timeouts, request) };
}

async function* limited(model: Model, timeouts: ModelTimeouts, request: ModelRequest): AsyncGenerator<ModelPart> {
  const closing = new AbortController();
  const timers: NodeJS.Timeout[] = [];
  const { promise: expired, reject: expire } = Promise.withResolvers<never>();
  expired.catch(() => undefined);
  const startTimer = (phase: "first_part" | "idle" | "total", ms: number) => {
    const timer = setTimeout(() => expire(modelTimeout({ details: { provider: model.provider, modelId: model.id, phase, timeoutMs: ms } })), ms);
    timers.push(timer);
    return timer;
  };
  const parts = model.stream({ ...request, signal: AbortSignal.any([request.signal, closing.signal]) })[Symbol.asyncIterator]();
  try {
    let waiting = startTimer("first_part", timeouts.firstPartMs);
    startTimer("total", timeouts.totalMs);
    for (;;) {
      const next = await Promise.race([parts.next(), expired]);
      clearTimeout(waiting);
      if (next.done) return;
      yield next.value;
      // Only while we wait for it: the reader's own time is not the model's.
      timers.splice(timers.indexOf(waiting), 1);
      waiting = startTimer("idle", timeouts.idleMs);
    }
  } finally {
    for (const timer of timers) clearTimeout(timer);
    closing.abort();
    // Not awaited: a model that hangs would hang us. Its late error has been answered by ours.
    void parts.return?.().catch(() => undefined);
  }
}
