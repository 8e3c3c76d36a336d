import { basename } from "node:path";
import { Worker } from "node:worker_threads";
import { modelCancelled, modelMisconfigured, modelRejected, modelUnavailable } from "../../models.errors.ts";
import type { Embedder } from "../embedder.ts";

export type OnnxEmbedderOptions = {
  /** Holds `model.onnx`, `tokenizer.json` and `config.json`; `tokenizer_config.json` and `sentence_bert_config.json` are read where they are. */
  folder: string;
  /** Folders whose `node_modules` may hold onnxruntime-node, looked at in this order. */
  runtimeFolders: readonly string[];
  prefixes?: { query: string; passage: string };
  /** Processor threads of one run; 1 by default, so that turns beside it are not starved. */
  threads?: number;
};

type Fault = { kind: "misconfigured" | "rejected"; message: string };

/** What the model's thread says: that it is ready or not, then an answer for each job. */
export type FromThread = { dimensions: number } | { fault: Fault } | { job: number; vectors: Float32Array } | { job: number; fault: Fault };

type Waiting = { resolve(vectors: Float32Array): void; reject(error: Error): void };

/** A thread that runs the model; `isOver` once it has ended, whatever the reason. */
type Thread = { dimensions: number; isOver(): boolean; embed(texts: readonly string[], isQuery: boolean, signal: AbortSignal): Promise<Float32Array> };

/**
 * A sentence-embedding model from a folder on this machine: no network, nothing leaves the house.
 *
 * Takes models of the BERT family as sentence-transformers exports them: input ids and attention mask in, hidden states out, which
 * are averaged over the text. A text is cut at the model's longest (256 tokens when it does not say). It runs on a thread of its
 * own, since a run holds its thread; questions overtake passages there. A thread that dies fails what it had, and the next call opens another.
 * Errors: `models.misconfigured` when files or onnxruntime-node are missing (it says how to install it); `models.rejected` when the
 * model does not run; `models.unavailable` when its thread dies; `models.cancelled`.
 */
export async function openOnnxEmbedder(options: OnnxEmbedderOptions): Promise<Embedder> {
  let thread = Promise.resolve(await openThread(options));
  const { dimensions } = await thread;
  return {
    id: `onnx/${basename(options.folder)}`,
    dimensions,
    handling: "inside",
    async embed(texts, kind, signal) {
      if (texts.length === 0) return [];
      if ((await thread).isOver()) thread = openThread(options);
      const prefix = options.prefixes?.[kind] ?? "";
      const flat = await (await thread).embed(texts.map((text) => prefix + text), kind === "query", signal);
      return texts.map((_, place) => flat.slice(place * dimensions, (place + 1) * dimensions));
    },
  };
}

async function openThread({ folder, runtimeFolders, threads = 1 }: OnnxEmbedderOptions): Promise<Thread> {
  const worker = new Worker(new URL("./onnx-thread.ts", import.meta.url), { workerData: { folder, runtimeFolders, threads }, execArgv: ["--disable-warning=ExperimentalWarning"], env: {} });
  const ready = Promise.withResolvers<number>();
  const waiting = new Map<number, Waiting>();
  let isOver = false;
  let jobs = 0;
  const settle = (job: number): Waiting | undefined => {
    const known = waiting.get(job);
    waiting.delete(job);
    if (waiting.size === 0) worker.unref();
    return known;
  };
  const end = (reason: string) => {
    isOver = true;
    ready.reject(modelUnavailable({ message: reason }));
    for (const job of waiting.keys()) settle(job)?.reject(modelUnavailable({ message: reason }));
  };
  worker.on("message", (told: FromThread) => {
    if ("dimensions" in told) ready.resolve(told.dimensions);
    else if ("vectors" in told) settle(told.job)?.resolve(told.vectors);
    else if ("job" in told) settle(told.job)?.reject(errorOf(told.fault));
    else ready.reject(errorOf(told.fault));
  });
  worker.once("error", (error) => end(`The embedding model's thread failed: ${error instanceof Error ? error.message : String(error)}`));
  worker.once("exit", () => end("The embedding model's thread has ended."));
  const dimensions = await ready.promise;
  worker.unref();
  return {
    dimensions,
    isOver: () => isOver,
    async embed(texts, isQuery, signal) {
      if (signal.aborted) throw modelCancelled();
      const job = (jobs += 1);
      const { promise, resolve, reject } = Promise.withResolvers<Float32Array>();
      const cancel = () => {
        worker.postMessage({ cancel: job }, []);
        settle(job)?.reject(modelCancelled());
      };
      waiting.set(job, { resolve, reject });
      worker.ref();
      signal.addEventListener("abort", cancel, { once: true });
      worker.postMessage({ job, texts, isQuery }, []);
      try {
        return await promise;
      } finally {
        signal.removeEventListener("abort", cancel);
      }
    },
  };
}

function errorOf({ kind, message }: Fault): Error {
  return kind === "misconfigured" ? modelMisconfigured({ message }) : modelRejected({ message });
}
