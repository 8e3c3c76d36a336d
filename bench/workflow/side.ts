import { createHash, randomBytes } from "node:crypto";
import { startTestServers } from "../../test/servers.ts";
import { TENANT } from "../../test/conformance/start-interpreter.ts";
import { WORKFLOW_SERVICE } from "../../src/workflows/run/run-input.ts";
import { toRunInput } from "../../src/workflows/run/start-run.ts";
import { openHttpClient } from "../http-client.ts";
import { SLEEP, THREE_TASKS } from "./documents.ts";
import { startEndpoint } from "./start-endpoint.ts";

/** One pair of servers (PostgreSQL, Restate) with the interpreter in a process of its own. */
export type BenchSide = AsyncDisposable & {
  /** The servers' addresses, as tests find them in the environment. */
  env: Record<string, string>;
  ingress: string;
  admin: string;
  databaseUrl: string;
  /** A run of three tasks, from the request to its end; under its run id as idempotency key, as the product starts runs. */
  runThree(): Promise<void>;
  /** Starts a run that sleeps for a month; resolves when the engine has it. */
  startSleeper(): Promise<void>;
};

const NAMESPACE = "bench_";

export async function openSide(clients: number): Promise<BenchSide> {
  await using cleanup = new AsyncDisposableStack();
  const servers = cleanup.use(await startTestServers());
  const { env } = servers;
  const [ingress = "", admin = "", databaseUrl = ""] = [env["BATON_TEST_RESTATE_INGRESS_URL"], env["BATON_TEST_RESTATE_ADMIN_URL"], env["BATON_TEST_OWNER_URL"]];
  const endpoint = cleanup.adopt(await startEndpoint("interpreter-endpoint.ts", [ingress, admin, databaseUrl, NAMESPACE], JSON.stringify([THREE_TASKS, SLEEP])), (started) => started.stop());
  if (endpoint.pid < 0) throw new Error("the interpreter did not start");
  const client = cleanup.adopt(openHttpClient(ingress, clients), (opened) => opened.close());
  const call = async (text: string, path: string, wanted: string): Promise<void> => {
    const runId = `run_${randomBytes(11).toString("hex")}`;
    const body = toRunInput({ tenantId: TENANT, runId, hash: createHash("sha256").update(text).digest("hex"), input: { n: 1 }, startedBy: "bench" }, Date.now());
    const answer = await client.send({ method: "POST", path: `/${NAMESPACE}${WORKFLOW_SERVICE}/run${path}`, body, headers: { "idempotency-key": runId } });
    if (answer.status >= 300 || !answer.text.includes(wanted)) throw new Error(`the run ended with ${answer.status} ${answer.text}`);
  };
  const disposal = cleanup.move();
  return {
    env, ingress, admin, databaseUrl,
    runThree: () => call(THREE_TASKS, "", '"completed"'), startSleeper: () => call(SLEEP, "/send", "invocationId"),
    [Symbol.asyncDispose]: () => disposal.disposeAsync(),
  };
}
