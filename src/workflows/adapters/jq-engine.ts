import { MessageChannel, type MessagePort, Worker, receiveMessageOnPort } from "node:worker_threads";

export type JqAnswer = { kind: "ok"; text: string | null } | { kind: "failed"; reason: string } | { kind: "late" };

/** Runs a filter on a JSON text and waits for it; the thread is stopped and replaced when the time is over. */
export type JqEngine = { run(filter: string, json: string): JqAnswer; close(): Promise<void> };

const READY_TIMEOUT_MS = 20_000;
/** The engine leaks a little with every run. */
const RUNS_PER_THREAD = 20_000;
const MAX_BYTES = 128_000_000;

type Thread = { worker: Worker; port: MessagePort; signal: Int32Array; runs: number };
type Message = { text: string | null; error: string | null; isBroken: boolean };

/**
 * One thread of jq, started at the first need. It does not keep the process alive.
 *
 * Units: `timeoutMs` for one run, without the start of the thread; the caller's thread waits that long at most.
 */
export function createJqEngine(options: { timeoutMs: number }): JqEngine {
  let thread: Thread | null = null;
  const stop = async (): Promise<void> => {
    const stopped = thread;
    thread = null;
    stopped?.port.close();
    await stopped?.worker.terminate();
  };
  return {
    run(filter, json) {
      thread ??= startThread();
      Atomics.store(thread.signal, 0, 0);
      thread.port.postMessage({ filter, json }, []);
      Atomics.wait(thread.signal, 0, 0, options.timeoutMs);
      const message = Atomics.load(thread.signal, 0) === 2 ? toMessage(receiveMessageOnPort(thread.port)?.message) : null;
      thread.runs += 1;
      // A stop never fails: the thread ends now or when it next looks up.
      if (message === null || message.isBroken || thread.runs >= RUNS_PER_THREAD) stop().catch(() => {});
      if (message === null) return { kind: "late" };
      return message.error === null ? { kind: "ok", text: message.text } : { kind: "failed", reason: message.error };
    },
    close: stop,
  };
}

function startThread(): Thread {
  const signal = new Int32Array(new SharedArrayBuffer(4));
  const { port1, port2 } = new MessageChannel();
  const worker = new Worker(new URL("./jq-worker.ts", import.meta.url), { workerData: { signal, port: port2, maxBytes: MAX_BYTES }, transferList: [port2], execArgv: ["--disable-warning=ExperimentalWarning"], env: {} });
  worker.unref();
  port1.unref();
  // What breaks the thread is told by the run that waits for it; without a listener it would end the process.
  worker.on("error", () => {});
  Atomics.wait(signal, 0, 0, READY_TIMEOUT_MS);
  return { worker, port: port1, signal, runs: 0 };
}

function toMessage(value: unknown): Message | null {
  return isMessage(value) ? value : null;
}

function isMessage(value: unknown): value is Message {
  return typeof value === "object" && value !== null && "text" in value && "error" in value && "isBroken" in value;
}
