import { Worker } from "node:worker_threads";
import { messageOf } from "../../lib/app-error.ts";
import { parseResult, refuse, type DocumentFile, type ParseLimits, type ParseResult } from "./parsed-document.ts";
import type { ParseWork } from "./parser-thread.ts";

type Job = { work: ParseWork; settle(result: ParseResult): void };
type Thread = { worker: Worker; memoryMb: number; files: number; job: Job | null; timer: NodeJS.Timeout | null };

/** After so many files a thread is renewed: libraries keep things. */
const FILES_PER_THREAD = 200;
const IDLE_MS = 20_000;

/** Threads that read files. `parse` never throws for what is wrong with a file; disposing refuses what still waits. */
export type ParserPool = AsyncDisposable & { parse(file: DocumentFile, limits: ParseLimits): Promise<ParseResult> };

/**
 * A few threads, started when work comes and stopped when none has come for a while. A file that runs out of time or memory
 * ends its own thread only; the next file gets a new one. They do not keep the process alive unless a file is being read.
 */
export function openParserPool({ threads: most }: { threads: number }): ParserPool {
  const waiting: Job[] = [];
  const threads = new Set<Thread>();
  const next = () => {
    const [job] = waiting;
    if (job === undefined) return;
    const free = [...threads].find((thread) => thread.job === null && thread.memoryMb === job.work.limits.maxMemoryMb);
    const spare = [...threads].find((thread) => thread.job === null);
    if (free === undefined && threads.size >= most) {
      if (spare) void stop(spare).then(next);
      return;
    }
    waiting.shift();
    begin(free ?? start(job.work.limits.maxMemoryMb), job);
    next();
  };
  const start = (memoryMb: number): Thread => {
    // What libraries print is dropped: the streams are not read, since reading them would keep the process alive.
    const worker = new Worker(new URL("./parser-thread.ts", import.meta.url), { execArgv: ["--disable-warning=ExperimentalWarning"], env: {}, resourceLimits: { maxOldGenerationSizeMb: memoryMb }, stdout: true, stderr: true });
    const thread: Thread = { worker, memoryMb, files: 0, job: null, timer: null };
    threads.add(thread);
    worker.on("message", (told: unknown) => end(thread, resultOf(told)));
    worker.on("error", (error) => fail(thread, error));
    worker.on("exit", () => fail(thread, new Error("the reader stopped")));
    return thread;
  };
  const begin = (thread: Thread, job: Job) => {
    if (thread.timer) clearTimeout(thread.timer);
    thread.job = job;
    thread.files += 1;
    thread.worker.ref();
    const { maxMs } = job.work.limits;
    thread.timer = setTimeout(() => {
      settle(thread, refuse("too_long", `Reading the file took longer than ${Math.round(maxMs / 1_000)} s and was stopped. Split it into smaller files.`));
      void stop(thread).then(next);
    }, maxMs);
    thread.worker.postMessage(job.work);
  };
  const settle = (thread: Thread, result: ParseResult) => {
    if (thread.timer) clearTimeout(thread.timer);
    thread.timer = null;
    thread.job?.settle(result);
    thread.job = null;
  };
  const end = (thread: Thread, result: ParseResult) => {
    settle(thread, result);
    thread.worker.unref();
    if (thread.files >= FILES_PER_THREAD) void stop(thread).then(next);
    else {
      thread.timer = setTimeout(() => void stop(thread), IDLE_MS).unref();
      next();
    }
  };
  const fail = (thread: Thread, error: unknown) => {
    if (!threads.delete(thread)) return;
    settle(thread, refusalOfFailure(error, thread.memoryMb));
    next();
  };
  const stop = async (thread: Thread): Promise<void> => {
    threads.delete(thread);
    if (thread.timer) clearTimeout(thread.timer);
    await thread.worker.terminate();
  };
  return {
    parse: (file, limits) => new Promise((settleJob) => {
      waiting.push({ work: { file, limits }, settle: settleJob });
      next();
    }),
    async [Symbol.asyncDispose]() {
      const stopped = refuse("too_long", "Reading was stopped because the server is shutting down.");
      for (const job of waiting.splice(0)) job.settle(stopped);
      for (const thread of [...threads]) {
        settle(thread, stopped);
        await stop(thread);
      }
    },
  };
}

function resultOf(told: unknown): ParseResult {
  const read = parseResult.safeParse(told);
  return read.success ? read.data : refuse("broken", "The file could not be read: the reader gave no proper answer.");
}

function refusalOfFailure(error: unknown, memoryMb: number): ParseResult {
  const isMemory = error instanceof Error && "code" in error && error.code === "ERR_WORKER_OUT_OF_MEMORY";
  return isMemory ? refuse("too_large", `Reading the file needs more than ${memoryMb} MB of memory. Split it into smaller files.`) : refuse("broken", `The file could not be read: ${messageOf(error)}`);
}
