import type { Context } from "hono";
import { streamSSE, type SSEStreamingApi } from "hono/streaming";
import { messageOf } from "../../lib/app-error.ts";
import type { Log } from "../../lib/log.ts";

const PING_MS = 15_000;
const RECHECK_MS = 5_000;
const MAX_WAITING = 1_000;

export type Feed = {
  /** Throws when the one who listens may no longer (signed out, expired); asked every few seconds, and the stream ends. */
  authorize(): Promise<unknown>;
  /** Called at the start, at every wake-up and every few seconds: writes whatever is new. Never runs twice at once. */
  pull(stream: SSEStreamingApi): Promise<void>;
  /** Starts listening; `wake` asks for a pull, `push` writes an event that is not stored. Returns the way to stop. */
  listen(wake: () => void, push: (event: string, data: unknown) => void): () => void;
};

/**
 * A server-sent event stream that reads the truth from the store and is only woken by live events, so that nothing is
 * lost when an event is. Ends when the client goes or is no longer signed in.
 */
export function eventStream(context: Context, log: Log, feed: Feed): Response {
  context.header("cache-control", "no-cache, no-transform");
  context.header("x-accel-buffering", "no");
  return streamSSE(context, async (stream) => {
    let isOpen = true;
    let isDirty = true;
    let wakeUp: () => void = () => {};
    let writes = Promise.resolve();
    const wake = () => {
      isDirty = true;
      wakeUp();
    };
    let waiting = 0;
    const push = (event: string, data: unknown) => {
      // A client that does not read is let go; it comes back and reads from its last event.
      if ((waiting += 1) > MAX_WAITING) {
        isOpen = false;
        stream.abort();
        return wakeUp();
      }
      writes = writes.then(() => stream.writeSSE({ event, data: JSON.stringify(data) })).catch((error: unknown) => log.debug("http.stream_write_failed", { error: messageOf(error) })).finally(() => {
        waiting -= 1;
      });
    };
    const stop = feed.listen(wake, push);
    stream.onAbort(() => {
      isOpen = false;
      wakeUp();
    });
    try {
      await stream.write(": connected\n\nretry: 1000\n\n");
      let lastPing = Date.now();
      while (isOpen) {
        if (isDirty) {
          isDirty = false;
          await writes;
          await feed.pull(stream);
          continue;
        }
        const wasTimer = await waitFor(RECHECK_MS, (resolve) => (wakeUp = resolve));
        if (wasTimer) {
          await feed.authorize();
          isDirty = true;
        }
        if (Date.now() - lastPing > PING_MS) {
          lastPing = Date.now();
          await stream.write(": ping\n\n");
        }
      }
    } catch (error) {
      // The client reads again from its last event id.
      log.info("http.stream_ended", { error: messageOf(error) });
    } finally {
      stop();
    }
  });
}

/** True when the time ran out, false when woken. */
function waitFor(timeoutMs: number, arm: (resolve: () => void) => void): Promise<boolean> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => resolve(true), timeoutMs);
    arm(() => {
      clearTimeout(timer);
      resolve(false);
    });
  });
}
