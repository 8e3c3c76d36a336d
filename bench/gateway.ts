import { cp, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createKey } from "../src/identity/authenticate.ts";
import { systemClock } from "../src/lib/clock.ts";
import { createLog } from "../src/lib/log.ts";
import { openDatabase } from "../src/storage/database.ts";
import { findFreePort, readDatabaseUrls, startBaton } from "./baton-process.ts";
import { runClosedLoop } from "./closed-loop.ts";
import { createAsker, type Asked, type Way } from "./gateway/ask-way.ts";
import { startModel, startPortkey } from "./gateway/start-peers.ts";
import { median, percentile, rounded } from "./percentile.ts";
import { report, say, type Target } from "./report.ts";
import { sampleRssMb } from "./turn/memory.ts";

type Size = { rounds: number; roundMs: number; requests: number };

const FULL: Size = { rounds: 5, roundMs: 4_000, requests: 200_000 };
const QUICK: Size = { rounds: 2, roundMs: 1_500, requests: 20_000 };
const CLIENTS = [1, 16, 64] as const;

type Figures = { p50Ms: number; p99Ms: number; firstMs: number; perSecond: number };

/**
 * A model that answers at once, asked directly, through Baton (budgets, redaction and ledger on) and through Portkey's gateway, by turns
 * in one run. What each adds is its figure less the direct one. Returns the exit code.
 */
export async function benchGateway({ isQuick }: { isQuick: boolean }): Promise<number> {
  const size = isQuick ? QUICK : FULL;
  await using cleanup = new AsyncDisposableStack();
  const model = cleanup.use(await startModel());
  const portkey = cleanup.use(await startPortkey());
  const folder = await mkdtemp(join(tmpdir(), "baton-bench-"));
  cleanup.defer(() => rm(folder, { recursive: true, force: true }));
  const workspace = await writeWorkspace(folder, model.url);
  const server = startBaton({ dataFolder: folder, port: await findFreePort(), env: { BATON_WORKSPACE: workspace } });
  cleanup.defer(async () => {
    server.kill("SIGTERM");
    await server.ended;
  });
  if (!(await server.ready())) throw new Error(`the server does not start; see ${folder}/output.log`);
  const key = await makeKey(folder);
  const ways: Way[] = [
    { name: "direct", url: model.url, headers: {} },
    { name: "baton", url: `${server.url}/v1`, headers: { authorization: `Bearer ${key}`, "x-baton-user": "jo" } },
    { name: "portkey", url: portkey.url, headers: { authorization: "Bearer none", "x-portkey-provider": "openai", "x-portkey-custom-host": model.url } },
  ];
  for (const way of ways) for (const isStream of [false, true]) await measure(way, 16, isStream, 300);

  const figures: Record<string, Record<Way["name"], Figures>> = {};
  const targets: Target[] = [];
  for (const isStream of [false, true]) {
    for (const clients of CLIENTS) {
      const compared = await compare(ways, clients, isStream, size);
      const name = `${clients} ${clients === 1 ? "client" : "clients"}, ${isStream ? "streamed" : "whole"}`;
      figures[name] = compared;
      say(`  ${name}: ${Object.entries(compared).map(([way, made]) => `${way} ${made.p50Ms}/${made.p99Ms} ms, first ${made.firstMs} ms, ${made.perSecond}/s`).join(" · ")}`);
      targets.push(...targetsOf(name, compared, isStream));
    }
  }
  const memory = await measureMemory(ways, server.pid, size.requests);
  targets.push({ name: `memory after ${size.requests} requests, of after a tenth`, value: rounded(memory.afterMb / memory.beforeMb, 2), mustBe: "at most", bound: 1.1 });
  return report({ name: "gateway", figures: { quick: isQuick, ...size, ways: figures, rssMb: { before: rounded(memory.beforeMb, 0), after: rounded(memory.afterMb, 0) } }, targets });
}

function targetsOf(name: string, { direct, baton, portkey }: Record<Way["name"], Figures>, isStream: boolean): Target[] {
  const share = (of: "p50Ms" | "p99Ms" | "firstMs") => rounded(Math.max(0, baton[of] - direct[of]) / Math.max(0.01, portkey[of] - direct[of]), 2);
  return [
    { name: `${name}: added p50, of Portkey's`, value: share("p50Ms"), mustBe: "at most", bound: 1 },
    { name: `${name}: added p99, of Portkey's`, value: share("p99Ms"), mustBe: "at most", bound: 1 },
    { name: `${name}: throughput, of Portkey's`, value: rounded(baton.perSecond / portkey.perSecond, 2), mustBe: "at least", bound: 1 },
    ...(isStream ? [{ name: `${name}: added time to the first byte, of Portkey's`, value: share("firstMs"), mustBe: "at most" as const, bound: 0.25 }] : []),
  ];
}

async function compare(ways: readonly Way[], clients: number, isStream: boolean, size: Size): Promise<Record<Way["name"], Figures>> {
  const rounds: Record<Way["name"], { asked: Asked[]; perSecond: number[] }> = { direct: { asked: [], perSecond: [] }, baton: { asked: [], perSecond: [] }, portkey: { asked: [], perSecond: [] } };
  for (let round = 0; round < size.rounds; round += 1) {
    // In turn, and each time another one first: what the machine does beside us hits all of them.
    for (const way of [...ways.slice(round % ways.length), ...ways.slice(0, round % ways.length)]) {
      const made = await measure(way, clients, isStream, size.roundMs);
      rounds[way.name].asked.push(...made.asked);
      rounds[way.name].perSecond.push(made.perSecond);
    }
  }
  const figuresOf = (name: Way["name"]): Figures => {
    const { asked, perSecond } = rounds[name];
    const totals = asked.map((each) => each.totalMs);
    return { p50Ms: rounded(median(totals), 2), p99Ms: rounded(percentile(totals, 0.99), 2), firstMs: rounded(median(asked.map((each) => each.firstMs)), 2), perSecond: rounded(median(perSecond), 0) };
  };
  return { direct: figuresOf("direct"), baton: figuresOf("baton"), portkey: figuresOf("portkey") };
}

async function measure(way: Way, clients: number, isStream: boolean, durationMs: number): Promise<{ asked: Asked[]; perSecond: number }> {
  const asker = createAsker(way);
  const asked: Asked[] = [];
  const { perSecond } = await runClosedLoop({ clients, durationMs }, async () => void asked.push(await asker.ask(isStream)));
  asker.close();
  return { asked, perSecond };
}

async function measureMemory(ways: readonly Way[], pid: number, requests: number): Promise<{ beforeMb: number; afterMb: number }> {
  const way = ways.find((each) => each.name === "baton");
  if (way === undefined) throw new Error("Baton is one of the ways");
  const asker = createAsker(way);
  let asked = 0;
  const askUntil = (count: number) => runClosedLoop({ clients: 32, durationMs: Infinity, maxCalls: count }, async () => void (await asker.ask((asked++ & 1) === 1)));
  await askUntil(requests / 10);
  const beforeMb = await sampleRssMb(pid);
  await askUntil(requests - requests / 10);
  const afterMb = await sampleRssMb(pid);
  asker.close();
  return { beforeMb, afterMb };
}

async function writeWorkspace(folder: string, modelUrl: string): Promise<string> {
  const workspace = join(folder, "workspace");
  await cp(join(import.meta.dirname, "..", "examples", "shop"), workspace, { recursive: true });
  await writeFile(join(workspace, "models.yaml"), [
    "models:", `  - { name: bench, provider: openai-compatible, model: scripted, url: "${modelUrl}", handling: contract, price: { prompt: 1, completion: 2, source: the benchmark, readOn: 2026-11-21 } }`,
    "routes:", "  default: [bench]", "budgets:", "  - { name: house, scope: tenant, window: month, hard: 100000 }", "  - { name: each, scope: user, window: day, hard: 50000 }", "  - { name: app, scope: key, window: day, hard: 50000 }",
  ].join("\n"));
  return workspace;
}

async function makeKey(folder: string): Promise<string> {
  const database = openDatabase({ connectionString: (await readDatabaseUrls(folder)).owner, maxConnections: 1, log: createLog({ level: "error", isPretty: false }) });
  try {
    return await createKey({ database, clock: systemClock }, "shop", "bench", ["gateway"]);
  } finally {
    await database.close();
  }
}
