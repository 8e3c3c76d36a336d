/** Filters that did not end in time of late: each try holds up the whole process, so there are not many. */
export type LateFilters = { isRefused(source: string): boolean; note(source: string): void };

const TRIES = 3;
const FORGOTTEN_AFTER_MS = 60_000;
const MAX_KNOWN = 1_000;

/** After three tries within a minute of each other a filter is refused at once, for a minute. */
export function createLateFilters(nowMs: () => number = () => performance.now()): LateFilters {
  const known = new Map<string, { tries: number; atMs: number }>();
  const recent = (source: string) => {
    const found = known.get(source);
    return found === undefined || nowMs() - found.atMs > FORGOTTEN_AFTER_MS ? null : found;
  };
  return {
    isRefused(source) {
      const found = recent(source);
      return found !== null && found.tries >= TRIES;
    },
    note(source) {
      const tries = (recent(source)?.tries ?? 0) + 1;
      if (known.size >= MAX_KNOWN) known.clear();
      known.set(source, { tries, atMs: nowMs() });
    },
  };
}
