import { mkdtemp, rm } from "node:fs/promises";
import { availableParallelism, cpus, tmpdir } from "node:os";
import { join } from "node:path";
import pg from "pg";
import { findFreePort, readDatabaseUrls, readRestateUrls, startBaton, type BatonProcess } from "./baton-process.ts";
import { runClosedLoop } from "./closed-loop.ts";
import { openHttpClient } from "./http-client.ts";
import { median, percentile, rounded } from "./percentile.ts";
import { findAnswerable } from "./questions.ts";
import { report, say, type Outcome } from "./report.ts";
import { openAsker } from "./turn/asker.ts";
import { compare, ratioOf, type Comparison } from "./turn/compare.ts";
import { countSteps } from "./turn/count-steps.ts";
import { compareTurns } from "./turn/flat-growth.ts";
import { startFloor } from "./turn/floor.ts";
import { addConversations, lengthenConversation, readStageTimes } from "./turn/growth.store.ts";
import { sampleRssMb } from "./turn/memory.ts";
import { ask, openVisit } from "./visits.ts";

const CLIENTS = 64;
const VISITS_EACH = 4;

type Size = { rounds: number; roundMs: number; soloMs: number; turnsBefore: number; turnsAfter: number; pairs: number; warmUpTurns: number; messages: number; conversations: number };

const FULL: Size = { rounds: 5, roundMs: 8_000, soloMs: 4_000, turnsBefore: 2_000, turnsAfter: 20_000, pairs: 300, warmUpTurns: 2_000, messages: 10_000, conversations: 100_000 };
const QUICK: Size = { rounds: 1, roundMs: 2_000, soloMs: 1_500, turnsBefore: 200, turnsAfter: 800, pairs: 30, warmUpTurns: 200, messages: 10_000, conversations: 10_000 };

/** The bench's own process beside one server of its own in a temporary folder. */
type Bench = AsyncDisposable & { server: BatonProcess; folder: string; superuser: pg.Client };

/**
 * Our whole turn (HTTP request to stored reply, built-in answerer, all writes) against a bare handler with as many
 * journaled steps on the same engine, and against itself when much is stored. Returns the exit code.
 */
export async function benchTurn({ isQuick }: { isQuick: boolean }): Promise<number> {
  const size = isQuick ? QUICK : FULL;
  await using cleanup = new AsyncDisposableStack();
  const main = cleanup.use(await openBench());
  const { server } = main;
  const questions = await findAnswerable(openHttpClient(server.url, 4), 60);
  const asker = await openAsker({ url: server.url, clients: CLIENTS, visitsEach: VISITS_EACH, questions });
  const restate = await readRestateUrls(main.folder);
  const steps = await countTurnSteps(restate.admin, asker.turn);
  const floor = cleanup.adopt(await startFloor({ ingressUrl: restate.ingress, adminUrl: restate.admin, steps, sockets: CLIENTS }), (started) => started.stop());
  const floorSteps = await countSteps(restate.admin, "floor", () => floor.call("counted"));
  if (floorSteps !== steps) throw new Error(`the floor journals ${floorSteps} steps, a turn ${steps}`);
  say(`${cpus()[0]?.model ?? "?"}, ${availableParallelism()} cores; ${questions.length} questions; ${steps} journaled steps a turn`);

  const growTo = (turns: number) => runClosedLoop({ clients: CLIENTS / 2, durationMs: Infinity, maxCalls: Math.max(0, turns - asker.turns()) }, asker.turn);
  await growTo(size.turnsBefore);
  const rssBeforeMb = await sampleRssMb(server.pid);
  await growTo(size.turnsAfter);
  const rssAfterMb = await sampleRssMb(server.pid);
  say(`  memory ${rssBeforeMb.toFixed(0)} MB after ${size.turnsBefore} turns, ${rssAfterMb.toFixed(0)} MB after ${size.turnsAfter}`);

  let called = 0;
  const calls = { floor: (client: number) => floor.call(`${client}-${called++ % VISITS_EACH}`), turn: asker.turn };
  await runClosedLoop({ clients: CLIENTS, durationMs: size.roundMs / 2 }, calls.floor);
  const loaded = await compare({ clients: CLIENTS, durationMs: size.roundMs, rounds: size.rounds }, calls, say);
  const loadedStages = await readStageTimes(main.superuser, 1_000);
  const solo = await compare({ clients: 1, durationMs: size.soloMs, rounds: size.rounds }, calls, say);
  const soloStages = await readStageTimes(main.superuser, Math.min(500, solo.turn.latenciesMs.length));
  showStages(soloStages, median(solo.turn.latenciesMs), loadedStages, median(loaded.turn.latenciesMs));

  const long = await measureLongConversation(main, questions, size);
  say(`  conversation of ${size.messages} messages: p50 ${long.largeP50Ms.toFixed(2)} ms beside ${long.smallP50Ms.toFixed(2)} ms`);
  const many = await measureManyConversations(main, questions, size);
  say(`  ${size.conversations} conversations: p50 ${many.largeP50Ms.toFixed(2)} ms beside ${many.smallP50Ms.toFixed(2)} ms`);
  return report(outcomeOf({ isQuick, steps, loaded, solo, rssBeforeMb, rssAfterMb, long, many, soloStages, loadedStages, handedOff: asker.handedOff(), turns: asker.turns() }));
}

async function openBench(): Promise<Bench> {
  const folder = await mkdtemp(join(tmpdir(), "baton-bench-"));
  const server = startBaton({ dataFolder: folder, port: await findFreePort() });
  if (!(await server.ready())) throw new Error(`the server does not start; see ${folder}/output.log`);
  const superuser = new pg.Client({ connectionString: (await readDatabaseUrls(folder)).superuser });
  await superuser.connect();
  return {
    server, folder, superuser,
    async [Symbol.asyncDispose]() {
      await superuser.end();
      server.kill("SIGTERM");
      await server.ended;
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** Counted on several turns, which must agree. */
async function countTurnSteps(adminUrl: string, turn: (client: number) => Promise<void>): Promise<number> {
  const counts: number[] = [];
  for (let probe = 0; probe < 5; probe += 1) counts.push(await countSteps(adminUrl, "conversation", () => turn(probe)));
  const [steps = 0] = counts;
  if (counts.some((count) => count !== steps)) throw new Error(`turns differ in their journaled steps: ${counts.join(", ")}`);
  return steps;
}

async function measureLongConversation(main: Bench, questions: readonly [string, ...string[]], size: Size) {
  const client = openHttpClient(main.server.url, 4);
  const small = await openVisit(client);
  const large = await openVisit(client);
  for (const visit of [small, large]) for (let turn = 0; turn < 10; turn += 1) await ask(client, visit, questions[turn % questions.length] ?? questions[0]);
  await lengthenConversation(main.superuser, large.conversationId, size.messages);
  return compareTurns({ client, visit: small }, { client, visit: large }, questions, size.pairs);
}

/** Beside a second server whose store is nearly empty, so that both are measured at the same time. */
async function measureManyConversations(main: Bench, questions: readonly [string, ...string[]], size: Size) {
  await using other = await openBench();
  await addConversations(main.superuser, size.conversations);
  const asker = await openAsker({ url: other.server.url, clients: 16, visitsEach: VISITS_EACH, questions });
  await runClosedLoop({ clients: 16, durationMs: Infinity, maxCalls: size.warmUpTurns }, asker.turn);
  const places = await Promise.all([other, main].map(async ({ server }) => {
    const client = openHttpClient(server.url, 4);
    return { client, visit: await openVisit(client) };
  }));
  const [small, large] = places;
  if (small === undefined || large === undefined) throw new Error("two servers were opened");
  // Awaited here: the other server goes when this function ends.
  return await compareTurns(small, large, questions, size.pairs);
}

type Stages = readonly { stage: string; meanUs: number }[];

/** What is not a stage's own time is the way: HTTP, the engine's journal, the commits. */
function showStages(solo: Stages, soloMs: number, loaded: Stages, loadedMs: number): void {
  say(`  stage         1 client            ${CLIENTS} clients`);
  const line = (name: string, one: number, many: number) => say(`  ${name.padEnd(12)} ${(one / 1_000).toFixed(2).padStart(6)} ms ${(one / soloMs / 10).toFixed(0).padStart(3)} %   ${(many / 1_000).toFixed(2).padStart(7)} ms ${(many / loadedMs / 10).toFixed(0).padStart(3)} %`);
  for (const { stage, meanUs } of solo) line(stage, meanUs, loaded.find((other) => other.stage === stage)?.meanUs ?? 0);
  const rest = (stages: Stages, totalMs: number) => totalMs * 1_000 - stages.reduce((sum, { meanUs }) => sum + meanUs, 0);
  line("the way", rest(solo, soloMs), rest(loaded, loadedMs));
}

type Measured = {
  isQuick: boolean; steps: number; loaded: Comparison; solo: Comparison; rssBeforeMb: number; rssAfterMb: number; soloStages: Stages; loadedStages: Stages; handedOff: number; turns: number;
  long: { smallP50Ms: number; largeP50Ms: number; ratio: number }; many: { smallP50Ms: number; largeP50Ms: number; ratio: number };
};

function outcomeOf(measured: Measured): Outcome {
  const { loaded, solo, long, many } = measured;
  const side = (rounds: Comparison["floor"]) => ({ perSecond: rounded(median(rounds.perSecond), 0), p50Ms: rounded(median(rounds.latenciesMs), 2), p99Ms: rounded(percentile(rounds.latenciesMs, 0.99), 1) });
  const stages = (list: Stages) => Object.fromEntries(list.map(({ stage, meanUs }) => [stage, rounded(meanUs, 0)]));
  const pair = (made: Measured["long"]) => ({ smallP50Ms: rounded(made.smallP50Ms, 2), largeP50Ms: rounded(made.largeP50Ms, 2) });
  return {
    name: "turn",
    figures: {
      quick: measured.isQuick, steps: measured.steps, turns: measured.turns, handedOff: measured.handedOff,
      clients64: { floor: side(loaded.floor), turn: side(loaded.turn) }, client1: { floor: side(solo.floor), turn: side(solo.turn) },
      stagesUs: { client1: stages(measured.soloStages), clients64: stages(measured.loadedStages) },
      longConversation: pair(long), manyConversations: pair(many), rssMb: { before: rounded(measured.rssBeforeMb, 0), after: rounded(measured.rssAfterMb, 0) },
    },
    targets: [
      { name: "throughput at 64 clients, of the floor's", value: rounded(ratioOf(loaded.turn.perSecond, loaded.floor.perSecond), 2), mustBe: "at least", bound: 0.5 },
      { name: "p50 of a single client, of the floor's", value: rounded(ratioOf(solo.turn.p50Ms, solo.floor.p50Ms), 2), mustBe: "at most", bound: 2.5 },
      { name: "p50 in a long conversation, of a short one's", value: rounded(long.ratio, 2), mustBe: "at most", bound: 1.2 },
      { name: "p50 beside many conversations, of beside few", value: rounded(many.ratio, 2), mustBe: "at most", bound: 1.2 },
      { name: "memory after 20,000 turns, of after 2,000", value: rounded(measured.rssAfterMb / measured.rssBeforeMb, 2), mustBe: "at most", bound: 1.1 },
    ],
  };
}
