import { messageOf } from "./app-error.ts";
import type { Log } from "./log.ts";

export type Repeated = { /** The next round begins at once, or as soon as the one under way is over. */ wake(): void; /** Resolves when the round under way is over; no other begins. */ stop(): Promise<void> };

/**
 * Does work again and again with a pause between, one round at a time. A round that fails is logged as `failure`, and the next one comes.
 *
 * Units: `everyMs` from the end of a round to the begin of the next. `waitsFirst`: the first round comes after a pause, else at once.
 */
export function repeat(round: () => Promise<unknown>, how: { everyMs: number; waitsFirst: boolean; log: Log; failure: string }): Repeated {
  let isStopped = false;
  let isAwake = false;
  let endPause = () => {};
  const pause = () => new Promise<void>((resolve) => {
    const timer = setTimeout(resolve, how.everyMs);
    endPause = () => {
      clearTimeout(timer);
      resolve();
    };
  });
  const loop = async () => {
    if (how.waitsFirst) await pause();
    while (!isStopped) {
      isAwake = false;
      await round().catch((error: unknown) => how.log.warn(how.failure, { error: messageOf(error) }));
      if (!isStopped && !isAwake) await pause();
    }
  };
  const running = loop();
  return {
    wake() {
      isAwake = true;
      endPause();
    },
    async stop() {
      isStopped = true;
      endPause();
      await running;
    },
  };
}
