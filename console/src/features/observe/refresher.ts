import type { QueryKey } from "@tanstack/react-query";

/** Something to be asked for again; `everyMs`: no sooner than this after the last time. */
export type Touched = { key: QueryKey; everyMs?: number };

const GATHER_MS = 120;
const REMEMBERED_LIMIT = 500;

/**
 * Gathers bursts, and never cancels a running fetch for the next one, so a busy desk cannot starve a list. What changes all the
 * time on a busy server is asked for at its pace, and once more after the last change.
 */
export function createRefresher(ask: (key: QueryKey) => Promise<unknown>, pause: (ms: number) => Promise<unknown> = (ms) => new Promise((resolve) => setTimeout(resolve, ms)), nowMs: () => number = () => performance.now()): (touched: readonly Touched[]) => void {
  const waiting = new Map<string, Touched>();
  const askedAt = new Map<string, number>();
  let isRunning = false;
  const isDue = ([id, { everyMs = 0 }]: [string, Touched]): boolean => nowMs() - (askedAt.get(id) ?? -Infinity) >= everyMs;
  const run = async (): Promise<void> => {
    isRunning = true;
    while (waiting.size > 0) {
      await pause(GATHER_MS);
      const due = [...waiting].filter(isDue);
      for (const [id] of due) waiting.delete(id);
      await Promise.allSettled(due.map(([, { key }]) => ask(key)));
      if (askedAt.size > REMEMBERED_LIMIT) askedAt.clear();
      for (const [id, { everyMs }] of due) if (everyMs !== undefined) askedAt.set(id, nowMs());
    }
    isRunning = false;
  };
  return (touched) => {
    for (const each of touched) waiting.set(JSON.stringify(each.key), each);
    if (!isRunning && waiting.size > 0) void run();
  };
}
