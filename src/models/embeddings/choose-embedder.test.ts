import assert from "node:assert/strict";
import { createServer } from "node:http";
import { text } from "node:stream/consumers";
import { after, before, test } from "node:test";
import pg from "pg";
import { z } from "zod";
import { hide } from "../../../test/open-models.ts";
import { makeDatabase } from "../../../test/start-test-app.ts";
import { systemClock } from "../../lib/clock.ts";
import { createLog } from "../../lib/log.ts";
import { openDatabase, type Database } from "../../storage/database.ts";
import { migrate } from "../../storage/migrate.ts";
import type { BudgetRule } from "../budgets/budget-rules.ts";
import { openBudgets } from "../budgets/open-budgets.ts";
import type { CallContext } from "../call-context.ts";
import { STRICT_RULES } from "../inventory/data-rules.ts";
import { errorOf } from "../model.contract.ts";
import type { DataRules } from "../inventory/models-file.ts";
import { chooseEmbedder } from "./choose-embedder.ts";
import { embeddingsSection } from "./embeddings-file.ts";

const log = createLog({ level: "error", isPretty: true });
const RULE: BudgetRule = { name: "all", scope: "tenant", matches: null, window: "month", timeZone: "UTC", softMicroUsd: null, hardMicroUsd: 1_000_000, then: "refuse", use: null };
/** One micro-USD a token. */
const price = { prompt: 1, source: "a contract", readOn: "2026-11-01" };
const body = z.object({ input: z.array(z.string()) });

let database: Database;
let superuser: pg.Client;
let tenants = 0;

before(async () => {
  const urls = await makeDatabase();
  await migrate(urls.owner);
  database = openDatabase({ connectionString: urls.owner, maxConnections: 4, log });
  superuser = new pg.Client({ connectionString: urls.superuser });
  await superuser.connect();
});
after(async () => {
  await superuser.end();
  await database.close();
});

/** An embedder on a server of its own, within a budget. `statuses`: how the first requests end. */
async function open(given: { settings?: object; hard?: number; statuses?: number[]; rules?: DataRules; tokens?: number } = {}) {
  const seen: string[] = [];
  const statuses = [...(given.statuses ?? [])];
  const server = createServer((request, response) => {
    void (async () => {
      const { input } = body.parse(JSON.parse(await text(request)));
      seen.push(...input);
      response.writeHead(statuses.shift() ?? 200, { "content-type": "application/json" });
      response.end(JSON.stringify({ data: input.map((_, index) => ({ index, embedding: Array.from({ length: 8 }, () => 1) })), usage: { prompt_tokens: given.tokens ?? 7 } }));
    })();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  const budgets = openBudgets({ database, clock: systemClock, log, rules: [{ ...RULE, hardMicroUsd: given.hard ?? RULE.hardMicroUsd }] });
  const settings = embeddingsSection.parse({ url: `http://127.0.0.1:${address.port}/v1`, model: "small", dimensions: 8, handling: "contract", price, ...given.settings });
  const embedder = await chooseEmbedder({ workspaceFolder: ".", readSecret: () => Promise.resolve("k"), budgets, hiding: { rules: given.rules ?? STRICT_RULES, hide } }, settings);
  if (embedder === null) return assert.fail("no embedder");
  const context: CallContext = { tenantId: `e${(tenants += 1)}`, purpose: "search", dataClasses: ["personal"], audiences: [], turnId: "turn_1" };
  return {
    seen, embedder, context,
    embed: (texts: readonly string[], more: Partial<CallContext> = {}) => embedder.embed(texts, "query", AbortSignal.timeout(30_000), { ...context, ...more }),
    async rows() {
      await budgets.flush();
      return (await superuser.query("select purpose, model, turn_id, outcome, prompt_tokens::int as prompt, is_estimated, micro_usd::int as cost, charged_micro_usd::int as charged from model_use where tenant_id = $1 order by id", [context.tenantId])).rows;
    },
    async [Symbol.asyncDispose]() {
      await budgets.stop();
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeAllConnections();
      await closed;
    },
  };
}

test("each request is charged what the server counts, and its row says what for and for whom", async () => {
  await using one = await open();
  await one.embed(Array.from({ length: 65 }, () => "lamp"), { dataClasses: [], purpose: "index" });
  const row = { purpose: "index", model: "small", turn_id: "turn_1", outcome: "ok", prompt: 7, is_estimated: false, cost: 7, charged: 7 };
  assert.deepEqual(await one.rows(), [row, row], "64 texts, then one");
});

test("a request that is sent again is charged again, unless it was turned down", async () => {
  await using one = await open({ statuses: [429, 502] });
  await one.embed(["Is it dimmable?"]);
  assert.deepEqual((await one.rows()).map(({ outcome, cost, is_estimated }) => [outcome, cost, is_estimated]), [["failed", 0, false], ["failed", 5, true], ["ok", 7, false]]);
});

test("a budget without room sends nothing", async () => {
  await using one = await open({ hard: 5 });
  assert.equal((await errorOf(one.embed(["Is it dimmable?"]))).code, "models.over_budget");
  assert.deepEqual([one.seen, await one.rows()], [[], []]);
});

test("figures that cannot be are counted instead; without a price the budget is charged the stated worst case", async () => {
  await using one = await open({ tokens: 9e15, settings: { price: undefined, handling: undefined } });
  await one.embed(["Is it dimmable?"]);
  assert.deepEqual((await one.rows()).map(({ prompt, is_estimated, cost, charged }) => [prompt, is_estimated, cost, charged]), [[5, true, null, 75]]);
});

test("what is personal leaves the house as placeholders only, unless the data rules let it go there", async () => {
  const question = "My mail is jo@acme.example";
  await using strict = await open();
  await strict.embed([question]);
  assert.deepEqual(strict.seen, ["My mail is [EMAIL_1]"]);
  await using allowed = await open({ rules: { ...STRICT_RULES, personal: ["inside", "contract"] } });
  await allowed.embed([question]);
  await using inside = await open({ settings: { handling: "inside", price: undefined } });
  await inside.embed([question]);
  assert.deepEqual([allowed.seen, inside.seen], [[question], [question]]);
  assert.deepEqual((await inside.rows()).map(({ cost }) => cost), [0]);
  await using company = await open();
  await company.embed(["Write to help@shop.example"], { dataClasses: [] });
  assert.deepEqual(company.seen, ["Write to help@shop.example"], "what the caller says holds nothing personal goes as it is");
});
