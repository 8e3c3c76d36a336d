import { Worker } from "node:worker_threads";
import type { IntentReport } from "../../shapes/understanding.ts";
import type { IntentModel, Meaning } from "../classifier/intent-model.ts";
import type { IntentExample } from "../understander.ts";

/** Vectors of all texts, as they go to the thread. */
export type TextVectors = Meaning & { byText: ReadonlyMap<string, Float32Array> };

export type LearnerJob = { kind: "train" | "evaluate"; intents: readonly IntentExample[]; vectors: TextVectors | null };
export type FromLearner = { kind: "train"; model: IntentModel } | { kind: "evaluate"; report: IntentReport } | { kind: "failed"; reason: string };

/** Trains on a thread of its own. Errors: when the thread fails. Replay: pure, as `trainIntentModel`. */
export async function trainAside(intents: readonly IntentExample[], vectors: TextVectors | null): Promise<IntentModel> {
  const told = await runAside({ kind: "train", intents, vectors });
  if (told.kind !== "train") throw new Error("the learning thread answered another question");
  return told.model;
}

/** Cross-validates on a thread of its own. Errors: when the thread fails. Replay: pure, as `evaluateIntents`. */
export async function evaluateAside(intents: readonly IntentExample[], vectors: TextVectors | null): Promise<IntentReport> {
  const told = await runAside({ kind: "evaluate", intents, vectors });
  if (told.kind !== "evaluate") throw new Error("the learning thread answered another question");
  return told.report;
}

async function runAside(job: LearnerJob): Promise<FromLearner> {
  const worker = new Worker(new URL("./learning-thread.ts", import.meta.url), { env: {}, execArgv: ["--disable-warning=ExperimentalWarning"] });
  const { promise, resolve, reject } = Promise.withResolvers<FromLearner>();
  worker.once("message", (told: FromLearner) => (told.kind === "failed" ? reject(new Error(`Training failed: ${told.reason}`)) : resolve(told)));
  worker.once("error", reject);
  worker.once("exit", () => reject(new Error("The learning thread has ended.")));
  worker.postMessage(job, []);
  try {
    return await promise;
  } finally {
    await worker.terminate();
  }
}
