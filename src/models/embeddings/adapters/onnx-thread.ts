import { parentPort, workerData } from "node:worker_threads";
import { z } from "zod";
import { messageOf } from "../../../lib/app-error.ts";
import { OnnxFault, openOnnxModel, type OnnxModel } from "./onnx-model.ts";
import type { FromThread } from "./onnx.ts";

/** The thread that an embedding model runs on. Questions go before passages, batch by batch; what was called off is dropped. */

const settings = z.object({ folder: z.string(), runtimeFolders: z.array(z.string()), threads: z.int().positive() });
const message = z.union([z.object({ job: z.int(), texts: z.array(z.string()), isQuery: z.boolean() }), z.object({ cancel: z.int() })]);

type Job = { job: number; isQuery: boolean; texts: string[]; vectors: Float32Array; batches: AsyncGenerator<{ place: number; vector: Float32Array }[]> };

const port = parentPort;
if (port === null) throw new Error("this file is the entry of a thread");
const tell = (told: FromThread) => port.postMessage(told);
const faultOf = (error: unknown) => ({ kind: error instanceof OnnxFault ? error.kind : ("rejected" as const), message: messageOf(error) });

const jobs: Job[] = [];
let isWorking = false;

async function work({ dimensions }: OnnxModel): Promise<void> {
  if (isWorking) return;
  isWorking = true;
  for (;;) {
    const job = jobs.find(({ isQuery }) => isQuery) ?? jobs[0];
    if (job === undefined) break;
    try {
      const batch = await job.batches.next();
      if (batch.done === true) finish(job);
      else for (const { place, vector } of batch.value) job.vectors.set(vector, place * dimensions);
    } catch (error) {
      remove(job.job);
      tell({ job: job.job, fault: faultOf(error) });
    }
    await new Promise((resolve) => setImmediate(resolve));
  }
  isWorking = false;
}

function finish(job: Job): void {
  remove(job.job);
  tell({ job: job.job, vectors: job.vectors });
}

function remove(number: number): void {
  const at = jobs.findIndex(({ job }) => job === number);
  if (at >= 0) jobs.splice(at, 1);
}

try {
  const model = await openOnnxModel(settings.parse(workerData));
  port.on("message", (raw: unknown) => {
    const read = message.parse(raw);
    if ("cancel" in read) remove(read.cancel);
    else {
      jobs.push({ ...read, vectors: new Float32Array(read.texts.length * model.dimensions), batches: model.embed(read.texts) });
      void work(model);
    }
  });
  tell({ dimensions: model.dimensions });
} catch (error) {
  tell({ fault: faultOf(error) });
}
