import { Worker } from "node:worker_threads";
import { messageOf } from "../../lib/app-error.ts";
import { parseResult, refuse, type DocumentFile, type ParseLimits, type ParseResult } from "./parsed-document.ts";
import type { ParseWork } from "./parser-thread.ts";

type Job = { work: ParseWork; settle(result: ParseResult): void };
type Thread = { worker: Worker; memoryMb: number; files: number; job: Job | null; timer: NodeJS.Timeout | null };

/** After so many files a thread is renewed: libraries keep things. */
const FILES_PER_THREAD = 200;
const IDLE_MS = 20_000;

/**
 * A few threads that read files, started when work comes and stopped when none has come for a while. A file that runs out
 * of time or memory ends its own thread only; the next file gets a new one. They do not keep the process alive unless a file
 * is being read. `parse` never throws for what is wrong with a file; disposing refuses what still waits.
 */
export class ParserPool implements AsyncDisposable {
  readonly #most: number;
  readonly #waiting: Job[] = [];
  readonly #threads = new Set<Thread>();

  constructor({ threads }: { threads: number }) {
    this.#most = threads;
  }

  parse(file: DocumentFile, limits: ParseLimits): Promise<ParseResult> {
    return new Promise((settle) => {
      this.#waiting.push({ work: { file, limits }, settle });
      this.#next();
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const stopped = refuse("too_long", "Reading was stopped because the server is shutting down.");
    for (const job of this.#waiting.splice(0)) job.settle(stopped);
    await Promise.all(Array.from(this.#threads, (thread) => {
      settle(thread, stopped);
      return this.#stop(thread);
    }));
  }

  /** Gives the jobs that wait to threads that are free, or new. A thread with another memory limit makes room. */
  #next(): void {
    for (let [job] = this.#waiting; job !== undefined; [job] = this.#waiting) {
      const { maxMemoryMb } = job.work.limits;
      const idle = Array.from(this.#threads).filter((thread) => thread.job === null);
      const fitting = idle.find((thread) => thread.memoryMb === maxMemoryMb);
      if (fitting === undefined && this.#threads.size >= this.#most) {
        const [spare] = idle;
        if (spare === undefined) return;
        void this.#stop(spare);
      }
      this.#waiting.shift();
      this.#begin(fitting ?? this.#start(maxMemoryMb), job);
    }
  }

  #start(memoryMb: number): Thread {
    // What libraries print is dropped: the streams are not read, since reading them would keep the process alive.
    const worker = new Worker(new URL("./parser-thread.ts", import.meta.url), { execArgv: ["--disable-warning=ExperimentalWarning"], env: {}, resourceLimits: { maxOldGenerationSizeMb: memoryMb }, stdout: true, stderr: true });
    const thread: Thread = { worker, memoryMb, files: 0, job: null, timer: null };
    this.#threads.add(thread);
    worker.on("message", (told: unknown) => this.#end(thread, resultOf(told)));
    worker.on("error", (error) => this.#fail(thread, error));
    worker.on("exit", () => this.#fail(thread, new Error("the reader stopped")));
    return thread;
  }

  #begin(thread: Thread, job: Job): void {
    if (thread.timer) clearTimeout(thread.timer);
    thread.job = job;
    thread.files += 1;
    thread.worker.ref();
    const { maxMs } = job.work.limits;
    thread.timer = setTimeout(() => {
      settle(thread, refuse("too_long", `Reading the file took longer than ${Math.round(maxMs / 1_000)} s and was stopped. Split it into smaller files.`));
      void this.#stop(thread);
      this.#next();
    }, maxMs);
    thread.worker.postMessage(job.work, []);
  }

  #end(thread: Thread, result: ParseResult): void {
    if (!this.#threads.has(thread)) return;
    settle(thread, result);
    thread.worker.unref();
    if (thread.files >= FILES_PER_THREAD) void this.#stop(thread);
    else thread.timer = setTimeout(() => void this.#stop(thread), IDLE_MS).unref();
    this.#next();
  }

  #fail(thread: Thread, error: unknown): void {
    if (!this.#threads.delete(thread)) return;
    settle(thread, refusalOfFailure(error, thread.memoryMb));
    this.#next();
  }

  async #stop(thread: Thread): Promise<void> {
    this.#threads.delete(thread);
    if (thread.timer) clearTimeout(thread.timer);
    await thread.worker.terminate();
  }
}

function settle(thread: Thread, result: ParseResult): void {
  if (thread.timer) clearTimeout(thread.timer);
  thread.timer = null;
  thread.job?.settle(result);
  thread.job = null;
}

function resultOf(told: unknown): ParseResult {
  const read = parseResult.safeParse(told);
  return read.success ? read.data : refuse("broken", "The file could not be read: the reader gave no proper answer.");
}

function refusalOfFailure(error: unknown, memoryMb: number): ParseResult {
  const isMemory = error instanceof Error && "code" in error && error.code === "ERR_WORKER_OUT_OF_MEMORY";
  return isMemory ? refuse("too_large", `Reading the file needs more than ${memoryMb} MB of memory. Split it into smaller files.`) : refuse("broken", `The file could not be read: ${messageOf(error)}`);
}
