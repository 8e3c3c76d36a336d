import type { ServerResponse } from "node:http";

/** Texts of models come 10 to 50 ms apart and wait for nothing; what comes faster than this is read by nobody, and a screen shows it a quarter as often. */
const APART_MS = 4;
const MOST_HELD = 32 * 1024;

/** `write` false: the client does not keep up, and its `drain` is to be waited for. `isEnding`: the rest follows at once. `take` gives what is held back, for whoever writes on. */
export type GatheredWrites = { write(bytes: Buffer, isEnding?: boolean): boolean; take(): Buffer | null };

/**
 * Writes to a client of which each costs a packet and a turn on both sides: one that comes right after another is held back for up to
 * four milliseconds and leaves with those that follow. The first one never waits.
 */
export function gatherWrites(response: ServerResponse): GatheredWrites {
  let held: Buffer[] = [];
  let size = 0;
  let lastMs = Number.NEGATIVE_INFINITY;
  let timer: NodeJS.Timeout | null = null;
  const take = (): Buffer | null => {
    if (timer !== null) clearTimeout(timer);
    timer = null;
    const [only] = held;
    const bytes = only === undefined ? null : held.length === 1 ? only : Buffer.concat(held);
    held = [];
    size = 0;
    return bytes;
  };
  const flush = () => {
    const bytes = take();
    lastMs = performance.now();
    return bytes === null || response.destroyed || response.write(bytes);
  };
  return {
    take,
    write(bytes, isEnding = false) {
      held.push(bytes);
      size += bytes.length;
      if (size >= MOST_HELD || (!isEnding && timer === null && performance.now() - lastMs >= APART_MS)) return flush();
      timer ??= setTimeout(flush, APART_MS);
      return !response.writableNeedDrain;
    },
  };
}
