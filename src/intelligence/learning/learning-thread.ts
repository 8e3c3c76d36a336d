import { parentPort } from "node:worker_threads";
import { messageOf } from "../../lib/app-error.ts";
import { trainIntentModel, type Meanings } from "../classifier/intent-model.ts";
import { evaluateIntents } from "./evaluate-intents.ts";
import type { FromLearner, LearnerJob } from "./learner.ts";

/** The thread that trains and evaluates, so that turns beside it go on. One job, then it ends. */
const port = parentPort;
if (port === null) throw new Error("runs as a thread only");

port.once("message", ({ kind, intents, vectors }: LearnerJob) => {
  const meanings: Meanings | null = vectors === null ? null : { ...vectors, vectorOf: (text) => vectors.byText.get(text) };
  try {
    tell(kind === "train" ? { kind, model: trainIntentModel(intents, meanings) } : { kind, report: evaluateIntents(intents, meanings) });
  } catch (error) {
    tell({ kind: "failed", reason: messageOf(error) });
  }
});

function tell(message: FromLearner): void {
  port?.postMessage(message);
}
