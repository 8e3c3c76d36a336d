const MINUTE_MS = 60_000;
const MOST_KEYS = 10_000;

/** Counts by key within minutes that begin with a key's first count. In one process's memory. */
export type MinuteCounter = {
  /** 0: counted. Else how long there is nothing left for this key, milliseconds. */
  take(key: string, nowMs: number): number;
  clear(key: string): void;
};

export function createMinuteCounter(perMinute: number): MinuteCounter {
  const counts = new Map<string, { count: number; untilMs: number }>();
  return {
    take(key, nowMs) {
      const known = counts.get(key);
      // A minute that ends later than in one minute was counted before the clock was set back.
      if (known === undefined || known.untilMs <= nowMs || known.untilMs > nowMs + MINUTE_MS) {
        if (counts.size > MOST_KEYS) counts.clear();
        counts.set(key, { count: 1, untilMs: nowMs + MINUTE_MS });
        return 0;
      }
      known.count += 1;
      return known.count > perMinute ? known.untilMs - nowMs : 0;
    },
    clear: (key) => void counts.delete(key),
  };
}
