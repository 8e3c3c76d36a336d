import { availableParallelism, cpus } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import pg from "pg";
import { superuserUrlOf } from "./baton-process.ts";
import { openHttpClient } from "./http-client.ts";
import { rounded } from "./percentile.ts";
import { report, say } from "./report.ts";
import { runClosedLoop } from "./closed-loop.ts";
import { startEndpoint } from "./start-endpoint.ts";
import { comparePairs } from "./workflow/compare-pairs.ts";
import { measureExpressions } from "./workflow/expression-cost.ts";
import { openSide, type BenchSide } from "./workflow/side.ts";
import { measureStart } from "./workflow/start-latency.ts";

const CLIENTS = 64;
const FULL = { rounds: 7, roundMs: 6_000, starts: 400, sleepers: 100_000, expressionRounds: 15 };
const QUICK = { rounds: 2, roundMs: 2_000, starts: 60, sleepers: 3_000, expressionRounds: 5 };

/**
 * Runs of three tasks against a bare handler with three journaled steps on the same engine; CEL against jq; a start by an event
 * against a direct one; and new runs beside many that sleep, against an empty server. Returns the exit code.
 */
export async function benchWorkflow({ isQuick }: { isQuick: boolean }): Promise<number> {
  const size = isQuick ? QUICK : FULL;
  await using cleanup = new AsyncDisposableStack();
  say(`${cpus()[0]?.model ?? "?"}, ${availableParallelism()} cores`);
  const expressions = measureExpressions(size.expressionRounds);
  say(`  an expression: CEL ${expressions.celUs.toFixed(1)} us, jq ${expressions.jqUs.toFixed(1)} us`);

  const main = cleanup.use(await openSide(CLIENTS));
  const floor = cleanup.adopt(await startFloor(main), (started) => started.stop());
  const warmUp = { clients: CLIENTS, durationMs: size.roundMs / 2 };
  await runClosedLoop(warmUp, floor.call);
  await runClosedLoop(warmUp, main.runThree);
  const sides = [{ name: "bare handler, three steps", call: floor.call }, { name: "run of three tasks", call: main.runThree }] as const;
  const loaded = await comparePairs({ clients: CLIENTS, durationMs: size.roundMs, rounds: size.rounds }, sides, say);
  const solo = await comparePairs({ clients: 1, durationMs: size.roundMs / 2, rounds: Math.min(3, size.rounds) }, sides, say);
  const start = await measureStart(main, size.starts);
  say(`  start to first effect: direct ${start.directMs.toFixed(1)} ms, by an event ${start.eventMs.toFixed(1)} ms`);

  await fillWithSleepers(main, size.sleepers);
  const empty = cleanup.use(await openSide(CLIENTS));
  await runClosedLoop(warmUp, empty.runThree);
  const beside = await comparePairs({ clients: CLIENTS, durationMs: size.roundMs, rounds: size.rounds }, [{ name: "on an empty server", call: empty.runThree }, { name: `beside ${size.sleepers} sleepers`, call: main.runThree }], say);
  const pair = (result: typeof loaded) => ({ perSecond: result.perSecond.map((each) => rounded(each, 0)), p50Ms: result.p50Ms.map((each) => rounded(each, 2)) });
  return report({
    name: "workflow",
    figures: { quick: isQuick, clients64: pair(loaded), client1: pair(solo), expressionUs: { cel: rounded(expressions.celUs, 2), jq: rounded(expressions.jqUs, 1) }, startMs: { direct: rounded(start.directMs, 2), event: rounded(start.eventMs, 2) }, sleepers: size.sleepers, besideSleepers: pair(beside) },
    targets: [
      { name: "runs of three tasks at 64 clients, of bare handlers", value: rounded(loaded.ratio, 2), mustBe: "at least", bound: 0.7 },
      { name: "jq's cost of an expression, of CEL's", value: rounded(expressions.ratio, 1), mustBe: "at least", bound: 5 },
      { name: "start by an event p50, of a direct start", value: rounded(start.ratio, 2), mustBe: "at most", bound: 3 },
      { name: "new runs beside sleeping ones, of an empty server", value: rounded(beside.ratio, 2), mustBe: "at least", bound: 0.9 },
    ],
  });
}

async function startFloor(side: BenchSide): Promise<{ call(): Promise<void>; stop(): void }> {
  const endpoint = await startEndpoint(join(import.meta.dirname, "workflow", "floor-endpoint.ts"), [side.admin]);
  const client = openHttpClient(side.ingress, CLIENTS);
  // As large as a run's input.
  const body = { tenantId: "acme", runId: "run_0123456789abcdefghjkmn", hash: "0".repeat(64), input: { n: 1 }, filler: "x".repeat(200) };
  return {
    async call() {
      const answer = await client.send({ method: "POST", path: "/three_steps/run", body });
      if (answer.status !== 200) throw new Error(`the bare handler answered ${answer.status} ${answer.text}`);
    },
    stop() {
      client.close();
      endpoint.stop();
    },
  };
}

/** Starts the sleepers and waits until all of them have written down that they wait. */
async function fillWithSleepers(side: BenchSide, count: number): Promise<void> {
  const fromMs = performance.now();
  await runClosedLoop({ clients: CLIENTS, durationMs: Infinity, maxCalls: count }, side.startSleeper);
  const superuser = new pg.Client({ connectionString: superuserUrlOf(side.databaseUrl) });
  await superuser.connect();
  try {
    for (;;) {
      const { rows } = await superuser.query<{ waiting: number }>("select count(*)::int as waiting from workflow_run where status = 'waiting'");
      if ((rows[0]?.waiting ?? 0) >= count) break;
      await sleep(500);
    }
    await superuser.query("checkpoint");
  } finally {
    await superuser.end();
  }
  say(`  ${count} runs asleep after ${((performance.now() - fromMs) / 1_000).toFixed(0)} s`);
  // They leave memory a second after their last work.
  await sleep(5_000);
}
