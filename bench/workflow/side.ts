import { randomBytes } from "node:crypto";
import { join } from "node:path";
import { TENANT } from "../../test/conformance/start-interpreter.ts";
import { sha256 } from "../../src/lib/sha256.ts";
import { WORKFLOW_SERVICE } from "../../src/workflows/run/run-input.ts";
import { toRunInput } from "../../src/workflows/run/start-run.ts";
import { openHttpClient } from "../http-client.ts";
import { startBenchServers, type BenchServers } from "../servers.ts";
import { startEndpoint } from "../start-endpoint.ts";
import { SLEEP, THREE_TASKS } from "./documents.ts";

/** One pair of servers (PostgreSQL, Restate) with the interpreter in a process of its own. */
export type BenchSide = BenchServers & {
  /** A run of three tasks, from the request to its end; under its run id as idempotency key, as the product starts runs. */
  runThree(): Promise<void>;
  /** Starts a run that sleeps for a month; resolves when the engine has it. */
  startSleeper(): Promise<void>;
};

const NAMESPACE = "bench_";

export async function openSide(clients: number): Promise<BenchSide> {
  await using cleanup = new AsyncDisposableStack();
  const { ingress, admin, databaseUrl } = cleanup.use(await startBenchServers());
  cleanup.adopt(await startEndpoint(join(import.meta.dirname, "interpreter-endpoint.ts"), [ingress, admin, databaseUrl, NAMESPACE], { input: JSON.stringify([THREE_TASKS, SLEEP]) }), (started) => void started.stop());
  const client = cleanup.adopt(openHttpClient(ingress, clients), (opened) => opened.close());
  const call = async (text: string, path: string, wanted: string): Promise<void> => {
    const runId = `run_${randomBytes(11).toString("hex")}`;
    const body = toRunInput({ tenantId: TENANT, runId, hash: sha256(text), input: { n: 1 }, startedBy: "bench" }, Date.now());
    const answer = await client.send({ method: "POST", path: `/${NAMESPACE}${WORKFLOW_SERVICE}/run${path}`, body, headers: { "idempotency-key": runId } });
    if (answer.status >= 300 || !answer.text.includes(wanted)) throw new Error(`the run ended with ${answer.status} ${answer.text}`);
  };
  const disposal = cleanup.move();
  return {
    ingress, admin, databaseUrl,
    runThree: () => call(THREE_TASKS, "", '"completed"'), startSleeper: () => call(SLEEP, "/send", "invocationId"),
    [Symbol.asyncDispose]: () => disposal.disposeAsync(),
  };
}
