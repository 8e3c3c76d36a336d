import { Worker } from "node:worker_threads";
import type { ThreadData } from "./thread-messages.ts";

/** A thread of the index. It keeps the process alive only while `hold` is on. */
export type IndexThread<To> = { post(message: To, transfer?: ArrayBuffer[]): void; hold(isNeeded: boolean): void; stop(): Promise<void> };

/**
 * Starts a thread. `dead` is called once, when it ends without having been stopped; what is posted after that is lost.
 */
export function startIndexThread<To, From>(file: URL, arena: WebAssembly.Memory, on: { message: (message: From) => void; dead: (reason: string) => void }): IndexThread<To> {
  const data: ThreadData = { arena };
  // The threads' own garbage is short-lived and small at any moment; without a limit each keeps about a hundred megabytes for it.
  const worker = new Worker(file, { workerData: data, execArgv: ["--disable-warning=ExperimentalWarning"], env: {}, resourceLimits: { maxYoungGenerationSizeMb: 8 } });
  let isEnded = false;
  let reason = "the thread ended";
  worker.unref();
  worker.on("message", (message: From) => on.message(message));
  worker.on("error", (error: Error) => {
    reason = error.message;
  });
  worker.on("exit", () => {
    if (isEnded) return;
    isEnded = true;
    on.dead(reason);
  });
  return {
    post: (message, transfer = []) => worker.postMessage(message, transfer),
    hold: (isNeeded) => (isNeeded ? worker.ref() : worker.unref()),
    async stop() {
      isEnded = true;
      await worker.terminate();
    },
  };
}
