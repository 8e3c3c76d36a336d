import { modelTimeout } from "../../../models/models.errors.ts";
import type { ModelTimeouts } from "../../../models/wrappers/with-timeout.ts";

/**
 * The limits of one exchange's time, by one timer. `signal` closes its connection, when a limit is passed or the caller has gone.
 *
 * `begin`: its first part has come. `move`: something has. `pause`: nothing is read, since the client does not keep up; only the whole time counts then, until the next `move`.
 * `fault`: `models.timeout` with `details.phase`, once a limit was passed.
 */
export type TimeLimits = { signal: AbortSignal; begin(): void; move(): void; pause(): void; fault(): Error | null; end(): void };

export function startLimits({ firstPartMs, idleMs, totalMs }: ModelTimeouts, caller: AbortSignal, details: Record<string, unknown>): TimeLimits {
  // `AbortSignal.any` costs as much as the rest of this.
  const closing = new AbortController();
  const leave = () => closing.abort();
  caller.addEventListener("abort", leave, { once: true });
  if (caller.aborted) leave();
  const fromMs = performance.now();
  let fault: Error | null = null;
  let phase: "first_part" | "idle" = "first_part";
  let timeoutMs = firstPartMs;
  let movedMs = fromMs;
  let isPaused = false;
  let timer = setTimeout(look, Math.min(firstPartMs, totalMs));
  function look(): void {
    const nowMs = performance.now();
    const totalLeftMs = fromMs + totalMs - nowMs;
    const leftMs = isPaused ? timeoutMs : movedMs + timeoutMs - nowMs;
    // A timer may ring a little early.
    if (totalLeftMs < 1) fault = modelTimeout({ details: { ...details, phase: "total", timeoutMs: totalMs } });
    else if (leftMs < 1) fault = modelTimeout({ details: { ...details, phase, timeoutMs } });
    else timer = setTimeout(look, Math.min(leftMs, totalLeftMs));
    if (fault !== null) closing.abort();
  }
  return {
    signal: closing.signal,
    begin() {
      if (phase === "idle") return;
      phase = "idle";
      timeoutMs = idleMs;
      movedMs = performance.now();
      if (idleMs >= firstPartMs) return;
      clearTimeout(timer);
      look();
    },
    move() {
      isPaused = false;
      if (phase === "idle") movedMs = performance.now();
    },
    pause: () => void (isPaused = true),
    fault: () => fault,
    end() {
      clearTimeout(timer);
      caller.removeEventListener("abort", leave);
    },
  };
}
