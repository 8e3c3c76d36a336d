import { randomBytes } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import pg from "pg";
import { startRestateEngine } from "../../src/durable/adapters/restate.ts";
import { systemClock } from "../../src/lib/clock.ts";
import { createLog } from "../../src/lib/log.ts";
import { messageOf } from "../../src/lib/app-error.ts";
import { sha256 } from "../../src/lib/sha256.ts";
import { startRun } from "../../src/workflows/run/start-run.ts";
import { TENANT } from "../../test/conformance/start-interpreter.ts";
import { readChildPid, superuserUrlOf } from "../baton-process.ts";
import { median } from "../percentile.ts";
import { say } from "../report.ts";
import { startBenchServers } from "../servers.ts";
import { killProcess } from "./kill-loop.ts";
import { seededRandom } from "./random.ts";
import { keepEndpoint } from "./workflow-life.ts";
import { WORKFLOWS } from "./workflow-documents.ts";
import { hasEnded, judgeRuns } from "./workflow-judge.ts";

const NAMESPACE = "torture_";
const VICTIMS = ["interpreter", "interpreter", "interpreter", "restate", "postgres"] as const;
const END_MS = 180_000;

/**
 * Runs that pass through every task kind, while the interpreter, the engine and the database are killed at random moments.
 * In the end every run must be completed, with each effect under exactly one key, and none missing. Returns the exit code.
 */
export async function tortureWorkflow(options: { kills: number; customers: number; seed: number }): Promise<number> {
  await using cleanup = new AsyncDisposableStack();
  const { ingress, admin, databaseUrl } = cleanup.use(await startBenchServers());
  const folder = /host=([^&]+)/.exec(decodeURIComponent(databaseUrl))?.[1]?.replace(/\/postgres\/socket$/, "") ?? "";
  const pool = cleanup.adopt(new pg.Pool({ connectionString: superuserUrlOf(databaseUrl), max: 2 }), (opened) => opened.end());
  pool.on("error", () => {});
  await pool.query("create table if not exists torture_effect (run text, key text, value text, attempts int not null, primary key (run, key, value)); grant all on torture_effect to public");
  const random = seededRandom(options.seed);
  const interpreter = cleanup.adopt(await keepEndpoint([ingress, admin, databaseUrl, NAMESPACE]), (kept) => kept.stop());
  const engine = cleanup.adopt(await startRestateEngine({ ingressUrl: ingress, adminUrl: admin, services: [], log: createLog({ level: "error", isPretty: true }), namespace: NAMESPACE, endpointHost: "127.0.0.1", endpointPort: 0, isEmbedded: true, journalRetentionMs: 0 }), (opened) => opened.close());
  say(`seed ${options.seed}`);

  const started: string[] = [];
  const state = { isOver: false };
  const hash = sha256(WORKFLOWS.every);
  // Each customer has one run under way at a time: a machine that is slow gets fewer runs, not a growing heap of them.
  const begin = async () => {
    while (!state.isOver) {
      const runId = `run_${randomBytes(11).toString("hex")}`;
      await untilDone(() => startRun({ engine: () => engine, clock: systemClock, version: "torture" }, { tenantId: TENANT, runId, hash, input: {}, startedBy: "torture" }));
      started.push(runId);
      while (!state.isOver && !(await hasEnded(pool, runId))) await sleep(200);
      await sleep(random.between(0, 400));
    }
  };
  const starters = Array.from({ length: options.customers }, begin);
  const recoveries: number[] = [];
  for (let done = 1; done <= options.kills; done += 1) {
    await sleep(random.chance(0.3) ? random.between(0, 150) : random.between(150, 1_500));
    const victim = random.pick(VICTIMS);
    const fromMs = performance.now();
    if (victim === "interpreter") await interpreter.kill();
    else await killServer(folder, victim);
    recoveries.push(performance.now() - fromMs);
    if (done % 10 === 0 || done === options.kills) say(`  ${done} kills, ${started.length} runs begun`);
  }
  state.isOver = true;
  await Promise.all(starters);
  const verdict = await judgeRuns(pool, started, END_MS);
  for (const fault of verdict.faults.slice(0, 20)) say(`  ${fault}`);
  const isOk = verdict.faults.length === 0;
  say(`${isOk ? "ok  " : "MISS"}  ${started.length} runs, ${options.kills} kills: ${verdict.faults.length} faults; ${verdict.repeatedAttempts} attempts were repeated under their key; recovery p50 ${median(recoveries).toFixed(0)} ms`);
  say(JSON.stringify({ name: "torture-workflow", runs: started.length, kills: options.kills, seed: options.seed, faults: verdict.faults.length, effects: verdict.effects, repeatedAttempts: verdict.repeatedAttempts, ok: isOk }));
  return isOk ? 0 : 1;
}

/** `kill -9`; the server is started again by who keeps it. */
async function killServer(folder: string, name: "restate" | "postgres"): Promise<void> {
  const pid = await readChildPid(folder, name);
  if (pid === null) return;
  killProcess(pid);
  for (const fromMs = performance.now(); performance.now() - fromMs < 90_000; ) {
    const now = await readChildPid(folder, name);
    if (now !== null && now !== pid) return;
    await sleep(20);
  }
  throw new Error(`${name} did not come back`);
}

async function untilDone(work: () => Promise<unknown>): Promise<void> {
  for (let tries = 0; ; tries += 1) {
    try {
      await work();
      return;
    } catch (error) {
      if (tries > 600) throw new Error(`the engine takes nothing any more: ${messageOf(error)}`, { cause: error });
      await sleep(100);
    }
  }
}
