import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { randomBytes } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { z } from "zod";
import { findFreePort, startBaton } from "./baton-process.ts";
import { runClosedLoop } from "./closed-loop.ts";
import { openHttpClient, type HttpClient } from "./http-client.ts";
import { startSystem, type ScriptedSystem, type SystemMood } from "./outage/systems.ts";
import { median, percentile, rounded } from "./percentile.ts";
import { report, say } from "./report.ts";
import { openVisit, type Visit } from "./visits.ts";

const FINE = ["how does my order stand", "what is the status of my order", "send me my invoice", "show me the invoice"];
const ILL = ["where is my parcel", "track my parcel", "when does the parcel arrive"];
const CLIENTS = 8;
/** Turns that need the third system, at the same pace whether it answers or not. */
const ILL_EVERY_MS = 60;
const HANDED_OFF = "I'm passing you to a colleague";

type Size = { rounds: number; roundMs: number };
type Round = { mood: SystemMood; fineMs: number[]; illMs: number[]; wrong: string[]; asked: number };

/**
 * One dead system of three. Turns that need one of the two others are measured beside turns that need the third, in rounds in
 * which it answers and rounds in which it hangs or fails. Returns the exit code.
 */
export async function benchOutage({ isQuick }: { isQuick: boolean }): Promise<number> {
  const size: Size = isQuick ? { rounds: 1, roundMs: 3_000 } : { rounds: 4, roundMs: 8_000 };
  await using cleanup = new AsyncDisposableStack();
  const folder = await mkdtemp(join(tmpdir(), "baton-bench-"));
  cleanup.defer(() => rm(folder, { recursive: true, force: true }));
  const [orders, billing, carrier] = [cleanup.use(await startSystem("confirmed")), cleanup.use(await startSystem("paid")), cleanup.use(await startSystem("on its way"))];
  const env = { BATON_WORKSPACE: join(import.meta.dirname, "outage", "workspace"), BENCH_ORDERS_URL: orders.url, BENCH_BILLING_URL: billing.url, BENCH_CARRIER_URL: carrier.url };
  const server = startBaton({ dataFolder: folder, port: await findFreePort(), env });
  cleanup.defer(async () => {
    server.kill("SIGTERM");
    await server.ended;
  });
  if (!(await server.ready())) throw new Error(`the server does not start; see ${folder}/output.log`);
  const client = openHttpClient(server.url, 64);
  const visits = await Promise.all(Array.from({ length: CLIENTS }, () => openVisit(client)));
  await measure(client, visits, carrier, "healthy", size.roundMs / 2);
  const rounds: Round[] = [];
  for (let round = 0; round < size.rounds; round += 1) {
    // The order changes, so that neither side has the warmer machine.
    const ill: SystemMood = round % 2 === 0 ? "hangs" : "fails";
    for (const mood of round % 2 === 0 ? (["healthy", ill] as const) : ([ill, "healthy"] as const)) {
      const made = await measure(client, visits, carrier, mood, size.roundMs);
      say(`  ${mood.padEnd(8)} ${made.fineMs.length} turns without it, p50 ${median(made.fineMs).toFixed(1)} ms, p95 ${percentile(made.fineMs, 0.95).toFixed(1)} ms; ${made.illMs.length} with it, p50 ${median(made.illMs).toFixed(1)} ms; the system was asked ${made.asked} times`);
      rounds.push(made);
      carrier.mood = "healthy";
      // The breaker tries again, and closes.
      await untilWell(client, carrier);
    }
  }
  return report(outcomeOf(rounds, isQuick));
}

async function measure(client: HttpClient, visits: readonly Visit[], carrier: ScriptedSystem, mood: SystemMood, durationMs: number): Promise<Round> {
  carrier.mood = mood;
  const askedBefore = carrier.calls;
  const round: Round = { mood, fineMs: [], illMs: [], wrong: [], asked: 0 };
  const state = { isOver: false };
  const others = askTheThird(client, round, state);
  let place = 0;
  const loop = await runClosedLoop({ clients: visits.length, durationMs }, async (number) => {
    const visit = visits[number];
    if (visit === undefined) throw new Error("there is a visit for each client");
    const text = FINE[place++ % FINE.length] ?? "";
    const reply = await askFor(client, visit, text);
    if (!/^Your (order is confirmed|invoice is paid)\./.test(reply)) round.wrong.push(`${text}: ${reply}`);
  });
  state.isOver = true;
  await others;
  round.fineMs = loop.latenciesMs;
  round.asked = carrier.calls - askedBefore;
  return round;
}

/** Each in a conversation of its own, since a handed-off one is a person's. */
async function askTheThird(client: HttpClient, round: Round, state: { isOver: boolean }): Promise<void> {
  const running: Promise<void>[] = [];
  for (let place = 0; !state.isOver; place += 1) {
    running.push(askOnce(client, round, ILL[place % ILL.length] ?? ""));
    await sleep(ILL_EVERY_MS);
  }
  await Promise.all(running);
}

async function askOnce(client: HttpClient, round: Round, text: string): Promise<void> {
  const visit = await openVisit(client);
  const fromMs = performance.now();
  const reply = await askFor(client, visit, text);
  round.illMs.push(performance.now() - fromMs);
  const isRight = round.mood === "healthy" ? reply.startsWith("Your parcel is on its way.") : reply.includes(HANDED_OFF);
  if (!isRight) round.wrong.push(`${text}: ${reply}`);
}

const answered = z.object({ reply: z.object({ text: z.string() }).nullable() });

async function askFor(client: HttpClient, visit: Visit, text: string): Promise<string> {
  const answer = await client.send({ method: "POST", path: "/api/chat/messages", headers: { ...visit.headers, prefer: "wait=30" }, body: { id: randomBytes(8).toString("hex"), text } });
  if (answer.status !== 200) throw new Error(`a question was refused: ${answer.status} ${answer.text}`);
  return answered.parse(JSON.parse(answer.text)).reply?.text ?? "(no reply)";
}

async function untilWell(client: HttpClient, carrier: ScriptedSystem): Promise<void> {
  const before = carrier.calls;
  for (let tries = 0; tries < 600; tries += 1) {
    const reply = await askFor(client, await openVisit(client), ILL[0] ?? "");
    if (carrier.calls > before && reply.startsWith("Your parcel")) return;
    await sleep(200);
  }
  throw new Error("the system is well again, and still left alone");
}

function outcomeOf(rounds: readonly Round[], isQuick: boolean) {
  const of = (isIll: boolean) => rounds.filter((round) => (round.mood !== "healthy") === isIll);
  const fine = (isIll: boolean) => of(isIll).flatMap((round) => round.fineMs);
  const wrong = rounds.flatMap((round) => round.wrong);
  for (const each of wrong.slice(0, 5)) say(`  wrong: ${each}`);
  const pairs = of(true).map((round, place) => percentile(round.fineMs, 0.95) / percentile(of(false)[place]?.fineMs ?? [], 0.95));
  const side = (isIll: boolean) => ({ turns: fine(isIll).length, p50Ms: rounded(median(fine(isIll)), 1), p95Ms: rounded(percentile(fine(isIll), 0.95), 1) });
  return {
    name: "outage",
    figures: { quick: isQuick, healthy: side(false), ill: side(true), turnsThatNeedIt: of(true).flatMap((round) => round.illMs).length, theirP50Ms: rounded(median(of(true).flatMap((round) => round.illMs)), 1), callsToTheDeadSystem: of(true).reduce((sum, round) => sum + round.asked, 0) },
    targets: [
      { name: "p95 of turns that do not need it, of healthy", value: rounded(median(pairs), 2), mustBe: "at most" as const, bound: 1.1 },
      { name: "turns answered wrongly or not at all", value: wrong.length, mustBe: "exactly" as const, bound: 0 },
    ],
  };
}
