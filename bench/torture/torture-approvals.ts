import { randomBytes } from "node:crypto";
import { appendFile, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type pg from "pg";
import { createSecretCache } from "../../src/identity/authenticate.ts";
import { insertSession, insertUser } from "../../src/identity/identity.store.ts";
import { SESSION_COOKIE } from "../../src/app/http/api.ts";
import { signIdentity } from "../../src/identity/identity-token.ts";
import { hashSecret, newSecret, writeStoredToken } from "../../src/identity/secret-token.ts";
import type { Database } from "../../src/storage/database.ts";
import { makeDirectToolsShop } from "../../test/direct-tools-shop.ts";
import { findFreePort, readDatabaseUrls } from "../baton-process.ts";
import { openHttpClient, type HttpClient } from "../http-client.ts";
import { report, say } from "../report.ts";
import { openVisit } from "../visits.ts";
import { countOpen } from "./approval-check.store.ts";
import { makeApprovalCustomer, type ApprovalCustomer } from "./approval-customer.ts";
import { makeDeciders, type Decider } from "./approval-deciders.ts";
import { judgeApprovals } from "./approval-judge.ts";
import { countUnsettled } from "./check.store.ts";
import { makeClerk } from "./clerk.ts";
import { TENANT } from "./judge.ts";
import { keepRunning } from "./keep-running.ts";
import { killAtRandom } from "./kill-loop.ts";
import { insertTortureOrders, type OwnOrders } from "./orders.store.ts";
import { seededRandom, type Random } from "./random.ts";
import { countKills, showFaults, withStore, type TortureOptions } from "./torture-turn.ts";

/** One person for a cancellation, two for a refund; short deadlines, so that some pass between two kills. */
const POLICIES = `
@id("cancel.asked") @reason("A colleague looks at every cancellation.") @approval("role:agent") @deadline("PT12S")
forbid (principal, action == Action::"useTool", resource == Tool::"cancel_order") when { principal is AiAgent || principal is Contact };

@id("refund.asked") @reason("Two people look at every refund.") @approval("role:agent") @people("2") @deadline("PT15S")
forbid (principal is AiAgent, action == Action::"useTool", resource == Tool::"refund_order");
`;
const ACCOUNT = { email: "admin@baton.local", password: "torture-torture" };
const SETTLE_LIMIT_MS = 120_000;

/**
 * Kills the server, Restate or PostgreSQL by `kill -9` while calls wait for people and are being decided (by several at once, with
 * changes, by two, refused, too late, taken back), and then counts what ran unapproved, twice, never, or was not told once; every
 * such count must be 0. Returns the exit code.
 */
export async function tortureApprovals(options: TortureOptions): Promise<number> {
  const dataFolder = await mkdtemp(join(tmpdir(), "baton-torture-"));
  const random = seededRandom(options.seed);
  await using shop = await makeDirectToolsShop();
  await appendFile(join(shop.folder, "policies", "shop.cedar"), POLICIES);
  say(`seed ${options.seed}, data in ${dataFolder}`);
  const server = keepRunning({ dataFolder, port: await findFreePort(), env: { BATON_ADMIN_PASSWORD: ACCOUNT.password, BATON_WORKSPACE: shop.folder, BATON_MCP_CALLER_PER_MINUTE: "0", BATON_MCP_ADDRESS_PER_MINUTE: "0" } });
  try {
    if (!(await server.current().ready())) throw new Error(`the server does not start; see ${dataFolder}/output.log`);
    const urls = await readDatabaseUrls(dataFolder);
    const client = openHttpClient(server.current().url, 512);
    const { customers, people, spareOf } = await withStore(urls, (store, database) => makePeople({ client, store, database, random }, options.customers));
    const deciders = makeDeciders({ client, people, random: random.fork(), spareOf });
    const clerk = makeClerk(client, ACCOUNT);
    const state = { isClosing: false, isOver: false };
    const atWork = [clerk.run(() => state.isOver), deciders.run(() => state.isOver)];
    const talking = Promise.all(customers.map((customer) => customer.run(() => state.isClosing)));
    await sleep(1_000);

    const startMs = Date.now();
    const underWay = () => customers.reduce((sum, customer) => sum + customer.underWay(), 0);
    const kills = await killAtRandom({ server, dataFolder, random: random.fork(), underWay }, options.kills, (kill, done) => {
      if (done % 5 === 0 || done === options.kills) say(`  kill ${done}/${options.kills}: ${kill.victim}, ${kill.underWay} wishes under way, ${Math.round((Date.now() - startMs) / 1_000)} s`);
    });
    await server.current().ready();
    state.isClosing = true;
    say("no more kills; letting everything settle");
    await talking;
    const settledAfterMs = await settle(urls, customers);
    state.isOver = true;
    await Promise.all(atWork);

    const { verdict, approvals } = await withStore(urls, (store, database) => judgeApprovals({ client: store, database, customers, deciders }));
    for (const customer of customers) await customer.stream.close();
    const stopped = await server.stop();
    client.close();
    if (server.crashes.length > 0) verdict.set("crashes", server.crashes);
    showFaults(verdict);
    const ran = approvals.filter((each) => each.effectTool !== null).length;
    return report({
      name: "torture approvals",
      figures: {
        seed: options.seed, ...countKills(kills), minutes: Number(((Date.now() - startMs) / 60_000).toFixed(1)), customers: customers.length, wishes: sum(customers, (each) => each.wishes()), takenBack: sum(customers, (each) => each.takenBack()),
        approvals: approvals.length, byAssistants: approvals.filter((each) => each.turnId === null).length, ended: countBy(approvals, (each) => each.status), askedAgain: approvals.length - new Set(approvals.map((each) => `${each.conversationId} ${String(each.arguments["order_number"])}`)).size, changed: approvals.filter((each) => each.revision > 0).length, ran,
        decisions: deciders.acknowledged.length, fates: Object.fromEntries(deciders.fates), failedStarts: server.failedStarts(), settledAfterMs, stopped,
      },
      targets: [...[...verdict, ["unsettled", settledAfterMs === null ? ["it did not settle"] : []] as const].map(([name, faults]) => ({ name, value: faults.length, mustBe: "exactly" as const, bound: 0 })), { name: "ran", value: ran, mustBe: "at least", bound: 1 }],
    });
  } finally {
    await server.stop();
    if (options.isKept) say(`kept: ${dataFolder}`);
    else await rm(dataFolder, { recursive: true, force: true });
  }
}

type Making = { client: HttpClient; store: pg.Client; database: Database; random: Random };

async function makePeople({ client, store, database, random }: Making, count: number) {
  const secret = await createSecretCache(database).of(TENANT, "identity");
  const orders = await insertTortureOrders(store, count);
  const spares = new Map<number, number[]>();
  for (const own of orders) keepSpares(own, spares);
  const customers = await Promise.all(orders.map(async (own) => {
    const token = await signIdentity(secret, TENANT, { email: own.email, name: null, externalId: null }, Date.now(), 600);
    return makeApprovalCustomer({ client, visit: await openVisit(client, token), orders: own, random: random.fork() });
  }));
  const [first, second, ...others] = await Promise.all(["ann", "bob", "cleo"].map((name) => makeDecider(database, name)));
  if (first === undefined || second === undefined) throw new RangeError("two people have to be there");
  const people: [Decider, Decider, ...Decider[]] = [first, second, ...others];
  return { customers, people, spareOf: (order: number) => spares.get(order)?.pop() };
}

/** Every third order is nobody's wish: what calls are changed to. */
function keepSpares(own: OwnOrders, spares: Map<number, number[]>): void {
  const kept = own.cancellable.splice(0, Math.floor(own.cancellable.length / 3));
  for (const order of own.cancellable) spares.set(order, kept);
}

async function makeDecider(database: Database, name: string): Promise<Decider> {
  const userId = `user_${name}`;
  await insertUser(database, { tenantId: TENANT, id: userId, email: `${name}@example.com`, name, role: "agent", passwordHash: "none", at: new Date() });
  const [id, secret] = [`sess_${randomBytes(6).toString("hex")}`, newSecret()];
  await insertSession(database, { tenantId: TENANT, id, userId, secretHash: hashSecret(secret), createdAt: new Date(), expiresAt: new Date(Date.now() + 24 * 3_600_000) });
  return { name, headers: { cookie: `${SESSION_COOKIE}=${writeStoredToken("bs", TENANT, id, secret)}`, "x-baton-request": "1" } };
}

/** Until no turn runs, no call waits, all is told and chained, and every page shows it all; null when that does not come about. */
async function settle(urls: { owner: string; superuser: string }, customers: readonly ApprovalCustomer[]): Promise<number | null> {
  const fromMs = Date.now();
  return withStore(urls, async (store) => {
    while (Date.now() - fromMs < SETTLE_LIMIT_MS) {
      const { running, pending, unsealed } = await countUnsettled(store);
      const { rows } = await store.query<{ id: string; last_seq: string }>("select id, last_seq from conversation");
      const isShown = customers.every((customer) => rows.some((row) => row.id === customer.visit.conversationId && Number(row.last_seq) === customer.stream.messages.length));
      if (running + pending + unsealed + (await countOpen(store)) === 0 && isShown) return Date.now() - fromMs;
      await sleep(250);
    }
    return null;
  });
}

function sum<T>(list: readonly T[], of: (each: T) => number): number {
  return list.reduce((all, each) => all + of(each), 0);
}

function countBy<T>(list: readonly T[], of: (each: T) => string): Record<string, number> {
  return Object.fromEntries([...Map.groupBy(list, of)].map(([name, each]) => [name, each.length]));
}
