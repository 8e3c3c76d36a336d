import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import pg from "pg";
import { createSecretCache } from "../../src/identity/authenticate.ts";
import { signIdentity } from "../../src/identity/identity-token.ts";
import { createLog } from "../../src/lib/log.ts";
import { openDatabase, type Database } from "../../src/storage/database.ts";
import { makeDirectToolsShop } from "../../test/direct-tools-shop.ts";
import { findFreePort, readDatabaseUrls } from "../baton-process.ts";
import { openHttpClient, type HttpClient } from "../http-client.ts";
import { median, percentile } from "../percentile.ts";
import { findAnswerable } from "../questions.ts";
import { report, say } from "../report.ts";
import { openVisit } from "../visits.ts";
import { countTurns, countTurnsHit, countUnsettled } from "./check.store.ts";
import { makeClerk } from "./clerk.ts";
import { makeCustomer, type Customer } from "./customer.ts";
import { judge, TENANT, type Verdict } from "./judge.ts";
import { keepRunning } from "./keep-running.ts";
import { killAtRandom, type Kill } from "./kill-loop.ts";
import { insertTortureOrders } from "./orders.store.ts";
import { seededRandom, type Random } from "./random.ts";

export type TortureOptions = { kills: number; customers: number; seed: number; isKept: boolean };

const SETTLE_LIMIT_MS = 120_000;
const SHOWN_FAULTS = 12;
const ACCOUNT = { email: "admin@baton.local", password: "torture-torture" };

/**
 * Kills the server, Restate or PostgreSQL by `kill -9` at random moments of running conversations, and then counts what
 * was lost, repeated or broken; every such count must be 0. Returns the exit code.
 */
export async function tortureTurn(options: TortureOptions): Promise<number> {
  const dataFolder = await mkdtemp(join(tmpdir(), "baton-torture-"));
  const random = seededRandom(options.seed);
  await using shop = await makeDirectToolsShop();
  say(`seed ${options.seed}, data in ${dataFolder}`);
  const server = keepRunning({ dataFolder, port: await findFreePort(), env: { BATON_ADMIN_PASSWORD: ACCOUNT.password, BATON_WORKSPACE: shop.folder } });
  try {
    if (!(await server.current().ready())) throw new Error(`the server does not start; see ${dataFolder}/output.log`);
    const urls = await readDatabaseUrls(dataFolder);
    const client = openHttpClient(server.current().url, 512);
    const customers = await makeCustomers(client, urls, options.customers, random);
    const clerk = makeClerk(client, ACCOUNT);
    let isOver = false;
    const clerkAtWork = clerk.run(() => isOver);
    let isClosing = false;
    const talking = Promise.all(customers.map((customer) => customer.run(() => isClosing)));
    await sleep(1_000);

    const startMs = Date.now();
    const underWay = () => customers.reduce((sum, customer) => sum + customer.underWay(), 0);
    const kills = await killAtRandom({ server, dataFolder, random: random.fork(), underWay }, options.kills, (kill, done) => showProgress(kill, done, options.kills, customers, startMs));
    await server.current().ready();
    await sleep(3_000);
    isClosing = true;
    say("no more kills; letting everything settle");
    await talking;
    const settledAfterMs = await settle(urls.superuser, customers);
    isOver = true;
    await clerkAtWork;

    const { verdict, counts, hit } = await withStore(urls, async (store, database) => ({
      verdict: await judge({ client: store, database, customers, clerk }), counts: await countTurns(store), hit: await countTurnsHit(store, kills.map((kill) => kill.atMs)),
    }));
    for (const customer of customers) await customer.stream.close();
    const stopped = await server.stop();
    client.close();
    if (server.crashes.length > 0) verdict.set("crashes", server.crashes);
    showFaults(verdict);
    return report({
      name: "torture turn",
      figures: {
        seed: options.seed, ...countKills(kills), killsInsideATurn: hit.kills, turnsHit: hit.turns, minutes: Number(((Date.now() - startMs) / 60_000).toFixed(1)),
        customers: customers.length, messages: customers.reduce((sum, customer) => sum + customer.sent.length, 0), sends: customers.reduce((sum, customer) => sum + customer.sent.reduce((all, message) => all + message.sends, 0), 0), ...counts,
        wishes: customers.reduce((sum, customer) => sum + customer.wishes.length, 0), humanReplies: clerk.replies.length, streamConnections: customers.reduce((sum, customer) => sum + customer.stream.connections(), 0),
        ...waits(customers), failedStarts: server.failedStarts(), settledAfterMs, stopped,
      },
      targets: [...verdict].map(([name, faults]) => ({ name, value: faults.length, mustBe: "exactly" as const, bound: 0 })).concat(settledAfterMs === null ? [{ name: "unsettled", value: 1, mustBe: "exactly", bound: 0 }] : []),
    });
  } finally {
    await server.stop();
    if (options.isKept) say(`kept: ${dataFolder}`);
    else await rm(dataFolder, { recursive: true, force: true });
  }
}

async function makeCustomers(client: HttpClient, urls: { owner: string; superuser: string }, count: number, random: Random): Promise<Customer[]> {
  const questions = await findAnswerable(client, 40);
  return withStore(urls, async (store, database) => {
    const secret = await createSecretCache(database).of(TENANT, "identity");
    const orders = await insertTortureOrders(store, count);
    return Promise.all(orders.map(async (own) => {
      const token = await signIdentity(secret, TENANT, { email: own.email, name: null, externalId: null }, Date.now(), 600);
      return makeCustomer({ client, visit: await openVisit(client, token), orders: own, questions, random: random.fork() });
    }));
  });
}

export async function withStore<T>(urls: { owner: string; superuser: string }, work: (store: pg.Client, database: Database) => Promise<T>): Promise<T> {
  const store = new pg.Client({ connectionString: urls.superuser });
  await store.connect();
  const database = openDatabase({ connectionString: urls.owner, maxConnections: 2, log: createLog({ level: "error", isPretty: true }) });
  try {
    return await work(store, database);
  } finally {
    await database.close();
    await store.end();
  }
}

/** Until no turn runs, no message waits, all is chained and every page shows it all; null when that does not come about. */
async function settle(superuserUrl: string, customers: readonly Customer[]): Promise<number | null> {
  const fromMs = Date.now();
  const store = new pg.Client({ connectionString: superuserUrl });
  await store.connect();
  try {
    while (Date.now() - fromMs < SETTLE_LIMIT_MS) {
      const { running, pending, unsealed } = await countUnsettled(store);
      const { rows } = await store.query<{ id: string; last_seq: string }>("select id, last_seq from conversation");
      const isShown = customers.every((customer) => rows.some((row) => row.id === customer.visit.conversationId && Number(row.last_seq) === customer.stream.messages.length));
      if (running + pending + unsealed === 0 && isShown) return Date.now() - fromMs;
      await sleep(200);
    }
    return null;
  } finally {
    await store.end();
  }
}

function showProgress(kill: Kill, done: number, all: number, customers: readonly Customer[], startMs: number): void {
  const sent = customers.reduce((sum, customer) => sum + customer.sent.length, 0);
  const line = `  kill ${done}/${all}: ${kill.victim}, ${kill.underWay} messages under way, ${sent} sent, ${Math.round((Date.now() - startMs) / 1_000)} s`;
  if (process.stdout.isTTY) process.stdout.write(`\r\u001b[K${line}${done === all ? "\n" : ""}`);
  else if (done % 10 === 0 || done === all) say(line);
}

export function showFaults(verdict: Verdict): void {
  for (const [name, faults] of verdict) {
    if (faults.length > 0) say(`\n${name}:\n${faults.slice(0, SHOWN_FAULTS).map((fault) => `  ${fault}`).join("\n")}${faults.length > SHOWN_FAULTS ? `\n  and ${faults.length - SHOWN_FAULTS} more` : ""}`);
  }
}

export function countKills(kills: readonly Kill[]) {
  const of = (victim: Kill["victim"]) => kills.filter((kill) => kill.victim === victim);
  const recovery = (victim: Kill["victim"]) => median(of(victim).flatMap((kill) => kill.recoveryMs ?? []));
  const all = kills.flatMap((kill) => kill.recoveryMs ?? []);
  return {
    kills: kills.length, killsOf: { server: of("server").length, restate: of("restate").length, postgres: of("postgres").length }, killsWithMessagesUnderWay: kills.filter((kill) => kill.underWay > 0).length,
    recoveryMs: { server: recovery("server"), restate: recovery("restate"), postgres: recovery("postgres"), slowest: Math.max(...all) },
  };
}

function waits(customers: readonly Customer[]) {
  const all = customers.flatMap((customer) => customer.waitsMs);
  return { waitMs: { p50: Math.round(median(all)), p90: Math.round(percentile(all, 0.9)), p99: Math.round(percentile(all, 0.99)), longest: Math.round(percentile(all, 1)) } };
}
