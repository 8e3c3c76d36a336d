import { once } from "node:events";
import { Worker } from "node:worker_threads";
import { messageOf } from "../../lib/app-error.ts";
import { isRecord } from "../../lib/is-record.ts";
import { policyInvalid, questionInvalid, questionsBusy, questionTooLarge, questionUnknown } from "../policy.errors.ts";
import type { PolicyAnswer } from "./query-policies.ts";
import type { QueryWork } from "./query-worker.ts";

const AT_ONCE = 2;
const TIMEOUT_MS = 20_000;
const MAX_MEMORY_MB = 256;

let running = 0;

/**
 * `queryPolicies` in a thread of its own, since it may look at hundreds of thousands of cases: nobody else waits for it.
 * Throws `policy.question_unknown`, `policy.question_invalid`, `policy.question_too_large`, `policy.questions_busy` (retryable).
 */
export async function queryInThread(work: QueryWork): Promise<PolicyAnswer[]> {
  if (running >= AT_ONCE) throw questionsBusy();
  running += 1;
  const worker = new Worker(new URL("./query-worker.ts", import.meta.url), { workerData: work, execArgv: ["--disable-warning=ExperimentalWarning"], env: {}, resourceLimits: { maxOldGenerationSizeMb: MAX_MEMORY_MB } });
  worker.unref();
  try {
    const [told]: unknown[] = await once(worker, "message", { signal: AbortSignal.timeout(TIMEOUT_MS) });
    if (isAnswered(told)) return told.answers;
    throw refusalOf(told);
  } catch (error) {
    // Too late, or out of memory: both mean too many cases.
    const reason = error instanceof Error && "code" in error ? error.code : null;
    throw reason === "ABORT_ERR" || reason === "ERR_WORKER_OUT_OF_MEMORY" ? questionTooLarge({ cause: error }) : error;
  } finally {
    running -= 1;
    await worker.terminate();
  }
}

/** The other side is `query-worker.ts`, and nothing else. */
function isAnswered(told: unknown): told is { answers: PolicyAnswer[] } {
  return isRecord(told) && Array.isArray(told["answers"]);
}

function refusalOf(told: unknown) {
  const { code = null, message = null } = isRecord(told) ? told : {};
  const words = { message: messageOf(message) };
  if (code === "policy.question_unknown") return questionUnknown(words);
  return code === "policy.question_invalid" ? questionInvalid(words) : policyInvalid(words);
}
