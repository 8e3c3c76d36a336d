import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { test } from "node:test";
import pg from "pg";
import { stringify } from "yaml";
import { startScriptedModel } from "../../../test/scripted-model.ts";
import { makeDatabase, until } from "../../../test/start-test-app.ts";
import { systemClock } from "../../lib/clock.ts";
import { createLog } from "../../lib/log.ts";
import { openDatabase } from "../../storage/database.ts";
import { migrate } from "../../storage/migrate.ts";
import { releaseHolds, unreportedSum } from "./release-unreported.ts";
import { readUnreported } from "./unreported.store.ts";

const SPENDER = new URL("../../../test/model-process.ts", import.meta.url).pathname;
const LEASE_MS = 1_500;
const HARD_USD = 0.2;
/** 100 tokens in, 100 out, at 1 and 5 USD a million: what every request really costs, also one whose answer nobody reads any more. */
const USED = { promptTokens: 100, completionTokens: 100 };
const CALL_MICRO_USD = 600;
const EVER = { from: "2020-01-01T00:00:00Z", to: "2999-01-01T00:00:00Z" };

test("processes killed in the middle of their calls never make a budget be overspent, and what they did not report is shown and can be released", async () => {
  const urls = await makeDatabase();
  await migrate(urls.owner);
  await using server = await startScriptedModel(() => [{ waitMs: 15 }, { text: "Yes." }, { usage: USED }]);
  const models = [{ name: "m", provider: "openai-compatible", url: server.url, price: { prompt: 1, completion: 5, source: "a contract", readOn: "2026-11-01" } }];
  const file = stringify({ models, routes: { default: ["m"] }, budgets: [{ name: "all", scope: "tenant", window: "month", hard: HARD_USD }] });
  await using cleanup = new AsyncDisposableStack();
  const database = cleanup.adopt(openDatabase({ connectionString: urls.owner, maxConnections: 2, log: createLog({ level: "error", isPretty: true }) }), (opened) => opened.close());
  const superuser = cleanup.adopt(new pg.Client({ connectionString: urls.superuser }), (client) => client.end());
  await superuser.connect();
  await superuser.query("insert into tenant (id, name) values ('desk', 'Desk')");
  const begin = () => spawn(process.execPath, ["--disable-warning=ExperimentalWarning", SPENDER, urls.owner, file, String(LEASE_MS)], { stdio: ["ignore", "pipe", "inherit"] });
  const ended = (child: ReturnType<typeof begin>) => new Promise<NodeJS.Signals | null>((resolve) => child.once("exit", (_, signal) => resolve(signal)));
  const spentMicroUsd = () => server.requests.length * CALL_MICRO_USD;

  const killed: (NodeJS.Signals | null)[] = [];
  for (let round = 1; round <= 3; round += 1) {
    const children = [begin(), begin()];
    const exits = children.map(ended);
    const before = server.requests.length;
    await until(() => server.requests.length >= before + 20);
    for (const child of children) child.kill("SIGKILL");
    killed.push(...(await Promise.all(exits)));
  }
  assert.deepEqual(killed, Array.from({ length: 6 }, () => "SIGKILL"));
  await until(async () => new Set((await readUnreported(database, "desk", EVER)).map((hold) => hold.process)).size >= 3);
  const spendRest = async () => {
    const child = begin();
    let said = "";
    child.stdout.on("data", (chunk) => (said += String(chunk)));
    await ended(child);
    assert.match(said, /The budget "all"/);
  };
  await spendRest();
  assert.ok(spentMicroUsd() <= HARD_USD * 1_000_000, `${spentMicroUsd()} micro-USD of calls`);
  assert.ok(spentMicroUsd() > 0.3 * HARD_USD * 1_000_000, "and the budget is not idle");

  const recorded = Number((await superuser.query("select sum(micro_usd) as sum from model_use where tenant_id = 'desk'")).rows[0]?.sum);
  const unreported = unreportedSum(await readUnreported(database, "desk", EVER)).microUsd;
  assert.ok(recorded <= spentMicroUsd() && spentMicroUsd() <= recorded + unreported, `${recorded} on record, ${unreported} unreported, ${spentMicroUsd()} spent`);
  await releaseHolds({ database, clock: systemClock }, { tenantId: "desk", budget: null, spentMicroUsd: spentMicroUsd() - recorded, by: "test" });
  await spendRest();
  assert.ok(spentMicroUsd() <= HARD_USD * 1_000_000 && spentMicroUsd() > 0.9 * HARD_USD * 1_000_000, `${spentMicroUsd()} micro-USD after the release by the bill`);
});
