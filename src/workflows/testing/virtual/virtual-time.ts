import type { Clock } from "../../../lib/clock.ts";

/**
 * Time that jumps: while any thread works it stands still; when all wait, the next timer is due at once. The order is
 * fixed by the due times and by the order of asking, so a run is the same every time.
 */
export type VirtualTime = Clock & {
  /** Calls `fire` when it is `atMs`; returns the way to take it back. */
  at(atMs: number, fire: () => void): () => void;
  /** One thread more works. */
  enter(): void;
  /** One thread less: it waits, or has ended. */
  leave(): void;
  /** Waits as a thread does; ends early, by itself, when the signal fires. */
  pass(durationMs: number, signal: AbortSignal): Promise<void>;
};

export type VirtualTimeOptions = {
  startMs: number;
  /** Asked when everything waits, before a timer is fired: true when it has set something going. */
  onIdle(): boolean;
  /** Nothing is going on and nothing will. */
  onStalled(): void;
};

type Timer = { atMs: number; seq: number; fire: () => void };

/** Timers fired before somebody should look: a run that sleeps in an endless loop. */
const MOST_TIMERS = 100_000;

export function createVirtualTime(options: VirtualTimeOptions): VirtualTime {
  let nowMs = options.startMs;
  let active = 0;
  let seq = 0;
  let fired = 0;
  let isDue = false;
  const timers = new Set<Timer>();

  const advance = () => {
    isDue = false;
    while (active === 0) {
      if (options.onIdle()) continue;
      const next = firstOf(timers);
      if (next === null || fired >= MOST_TIMERS) return options.onStalled();
      fired += 1;
      timers.delete(next);
      nowMs = Math.max(nowMs, next.atMs);
      next.fire();
    }
  };
  const leave = () => {
    active -= 1;
    if (active > 0 || isDue) return;
    isDue = true;
    queueMicrotask(advance);
  };
  const enter = () => {
    active += 1;
  };
  const at: VirtualTime["at"] = (atMs, fire) => {
    const timer: Timer = { atMs, seq, fire };
    seq += 1;
    timers.add(timer);
    return () => timers.delete(timer);
  };
  return {
    nowMs: () => nowMs, at, enter, leave,
    pass: (durationMs, signal) =>
      new Promise((resolve) => {
        if (signal.aborted || durationMs <= 0) return resolve();
        const end = () => {
          takeBack();
          signal.removeEventListener("abort", end);
          enter();
          resolve();
        };
        const takeBack = at(nowMs + durationMs, end);
        signal.addEventListener("abort", end, { once: true });
        leave();
      }),
  };
}

function firstOf(timers: ReadonlySet<Timer>): Timer | null {
  let first: Timer | null = null;
  for (const timer of timers) if (first === null || timer.atMs < first.atMs || (timer.atMs === first.atMs && timer.seq < first.seq)) first = timer;
  return first;
}
