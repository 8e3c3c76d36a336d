import { parentPort, workerData } from "node:worker_threads";
import { AppError, messageOf } from "../../lib/app-error.ts";
import { isRecord } from "../../lib/is-record.ts";
import type { PolicyFolder } from "../read-policy-folder.ts";
import { queryPolicies, type PolicyQuestion } from "./query-policies.ts";

// The thread in which one question is answered; it may be stopped at any moment.

/** As `queryInThread` gives it. */
export type QueryWork = { folder: Pick<PolicyFolder, "files" | "policies" | "schema">; tools: [string, { risk: string }][]; audiences: readonly string[]; question: PolicyQuestion };

if (!isWork(workerData)) throw new TypeError("query-worker.ts is started by query-in-thread.ts only");
parentPort?.postMessage(answer(workerData), []);

function isWork(given: unknown): given is QueryWork {
  return isRecord(given) && ["folder", "tools", "audiences", "question"].every((part) => part in given);
}

function answer({ folder, tools, audiences, question }: QueryWork) {
  try {
    return { answers: queryPolicies(folder, { tools: new Map(tools), audiences }, question) };
  } catch (error) {
    return { code: error instanceof AppError ? error.code : null, message: messageOf(error) };
  }
}
