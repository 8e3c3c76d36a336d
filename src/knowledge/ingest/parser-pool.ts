import { Worker } from "node:worker_threads";
import type { z } from "zod";
import { messageOf } from "../../lib/app-error.ts";
import { DEFAULT_PARSE_LIMITS, refuse, type Refusal } from "./parsed-document.ts";
import type { ParserWork } from "./parser-thread.ts";

/** What a thread may use for one piece of work; its own memory where nothing is said. */
type WorkLimits = { maxMs: number; maxMemoryMb?: number };
type Job = { work: ParserWork; maxMs: number; maxMemoryMb: number; answer(told: unknown): void; refuse(refusal: Refusal): void };
type Thread = { worker: Worker; memoryMb: number; files: number; job: Job | null; timer: NodeJS.Timeout | null };

/** After so many files a thread is renewed: libraries keep things. */
const FILES_PER_THREAD = 200;
const IDLE_MS = 20_000;

/**
 * A few threads that read files, started when work comes and stopped when none has come for a while. A file that runs out
 * of time or memory ends its own thread only; the next file gets a new one. They do not keep the process alive unless a file
 * is being read. `run` never throws for what is wrong with a file; disposing refuses what still waits.
 */
export class ParserPool implements AsyncDisposable {
  readonly #most: number;
  readonly #waiting: Job[] = [];
  readonly #threads = new Set<Thread>();

  constructor({ threads }: { threads: number }) {
    this.#most = threads;
  }

  /** `expected` is the form of the answer. Order: first come, first served. */
  run<Answer>(work: ParserWork, expected: z.ZodType<Answer>, { maxMs, maxMemoryMb = DEFAULT_PARSE_LIMITS.maxMemoryMb }: WorkLimits): Promise<Answer | Refusal> {
    return new Promise((resolve) => {
      const answer = (told: unknown) => {
        const read = expected.safeParse(told);
        resolve(read.success ? read.data : refuse("broken", "The file could not be read: the reader gave no proper answer."));
      };
      this.#waiting.push({ work, maxMs, maxMemoryMb, answer, refuse: resolve });
      this.#next();
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const stopped = refuse("too_long", "Reading was stopped because the server is shutting down.");
    for (const job of this.#waiting.splice(0)) job.refuse(stopped);
    await Promise.all(Array.from(this.#threads, (thread) => {
      finish(thread)?.refuse(stopped);
      return this.#stop(thread);
    }));
  }

  /** Gives the jobs that wait to threads that are free, or new. A thread with another memory limit makes room. */
  #next(): void {
    for (let [job] = this.#waiting; job !== undefined; [job] = this.#waiting) {
      const { maxMemoryMb } = job;
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
    worker.on("message", (told: unknown) => this.#end(thread, told));
    worker.on("error", (error) => this.#fail(thread, error));
    worker.on("exit", () => this.#fail(thread, new Error("the reader stopped")));
    return thread;
  }

  #begin(thread: Thread, job: Job): void {
    if (thread.timer) clearTimeout(thread.timer);
    thread.job = job;
    thread.files += 1;
    thread.worker.ref();
    const { maxMs } = job;
    thread.timer = setTimeout(() => {
      finish(thread)?.refuse(refuse("too_long", `Reading the file took longer than ${Math.round(maxMs / 1_000)} s and was stopped. Split it into smaller files.`));
      void this.#stop(thread);
      this.#next();
    }, maxMs);
    thread.worker.postMessage(job.work, []);
  }

  #end(thread: Thread, told: unknown): void {
    if (!this.#threads.has(thread)) return;
    finish(thread)?.answer(told);
    thread.worker.unref();
    if (thread.files >= FILES_PER_THREAD) void this.#stop(thread);
    else thread.timer = setTimeout(() => void this.#stop(thread), IDLE_MS).unref();
    this.#next();
  }

  #fail(thread: Thread, error: unknown): void {
    if (!this.#threads.delete(thread)) return;
    finish(thread)?.refuse(refusalOfFailure(error, thread.memoryMb));
    this.#next();
  }

  async #stop(thread: Thread): Promise<void> {
    this.#threads.delete(thread);
    if (thread.timer) clearTimeout(thread.timer);
    await thread.worker.terminate();
  }
}

/** The job that the thread was at; it has none now. */
function finish(thread: Thread): Job | null {
  const { job } = thread;
  if (thread.timer) clearTimeout(thread.timer);
  thread.timer = null;
  thread.job = null;
  return job;
}

function refusalOfFailure(error: unknown, memoryMb: number): Refusal {
  const isMemory = error instanceof Error && "code" in error && error.code === "ERR_WORKER_OUT_OF_MEMORY";
  return isMemory ? refuse("too_large", `Reading the file needs more than ${memoryMb} MB of memory. Split it into smaller files.`) : refuse("broken", `The file could not be read: ${messageOf(error)}`);
}
