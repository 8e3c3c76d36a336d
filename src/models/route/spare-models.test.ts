import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { compatible, fileOf, openModels } from "../../../test/open-models.ts";
import { makeDatabase } from "../../../test/start-test-app.ts";
import { systemClock } from "../../lib/clock.ts";
import { createLog } from "../../lib/log.ts";
import { openDatabase, type Database } from "../../storage/database.ts";
import { migrate } from "../../storage/migrate.ts";
import type { BudgetRule } from "../budgets/budget-rules.ts";
import { openBudgets } from "../budgets/open-budgets.ts";
import { noContext } from "../model.contract.ts";
import type { Model } from "../model.ts";

const log = createLog({ level: "error", isPretty: true });
const priced = (name: string, usd: number) => compatible(name, { price: { prompt: usd, completion: usd, source: "a contract", readOn: "2026-11-01" } });
const FILE = fileOf([priced("opus", 50), priced("middle", 5), priced("small", 1)], { default: ["opus", "middle"], plain: ["small"], only: ["opus"] });
const OPUS: BudgetRule = { name: "opus", scope: "model", matches: ["opus*"], window: "day", timeZone: "UTC", softMicroUsd: 100, hardMicroUsd: 1_000_000_000, then: "cheaper", use: null };

let database: Database;
let tenants = 0;

describe("a budget of one model", () => {
  before(async () => {
    const urls = await makeDatabase();
    await migrate(urls.owner);
    database = openDatabase({ connectionString: urls.owner, maxConnections: 4, log });
  });
  after(() => database.close());

  /** Who answers three calls in a row, each when the one before is settled. */
  async function askedBy(rule: BudgetRule, given: { route?: string; purpose?: "reply" | "understand"; file?: string; builtIn?: Model["stream"] } = {}): Promise<(string | undefined)[]> {
    const { route, purpose = "reply", file = FILE, builtIn } = given;
    const budgets = openBudgets({ database, clock: systemClock, log, rules: [rule] });
    await using opened = await openModels(file, () => [{ text: "Yes." }, { usage: { promptTokens: 20, completionTokens: 5 } }], { budgets, ...(builtIn === undefined ? {} : { builtIn }) });
    const context = { ...noContext, tenantId: `s${(tenants += 1)}`, purpose, ...(route === undefined ? {} : { route }) };
    const names: (string | undefined)[] = [];
    for (let call = 0; call < 3; call += 1) names.push((await opened.ask({ context })).served.name);
    await budgets.stop();
    return names;
  }

  test("past its soft limit the rest of the route answers in its place", async () => {
    assert.deepEqual(await askedBy(OPUS), ["opus", "middle", "middle"]);
  });

  test("past its soft limit what it names answers, also where the model itself was asked for", async () => {
    assert.deepEqual(await askedBy({ ...OPUS, use: "plain" }), ["opus", "small", "small"]);
    assert.deepEqual(await askedBy({ ...OPUS, use: "middle" }, { route: "opus" }), ["opus", "middle", "middle"]);
  });

  test("where nobody else stands in the default route, the cheapest others answer; who was asked for by name goes on", async () => {
    const file = FILE.replace(/default:\n(?: +- \w+\n)+/, "default: [opus]\n");
    assert.deepEqual(await askedBy(OPUS, { file }), ["opus", "small", "small"]);
    assert.deepEqual(await askedBy(OPUS, { route: "only" }), ["opus", "opus", "opus"]);
  });

  test("a thrifty call goes to the built-in answerer only for replies", async () => {
    const file = fileOf([priced("opus", 50), { name: "house", provider: "built-in" }], { default: ["opus"] });
    const builtIn: Model["stream"] = async function* answer() {
      yield { kind: "text", text: "From the articles." };
      yield { kind: "finish", reason: "stop", usage: { promptTokens: 1, completionTokens: 1, isEstimated: true } };
    };
    const rule: BudgetRule = { ...OPUS, name: "all", scope: "tenant", matches: null };
    assert.deepEqual(await askedBy(rule, { file, builtIn }), ["opus", "house", "house"]);
    assert.deepEqual(await askedBy(rule, { file, builtIn, purpose: "understand" }), ["opus", "opus", "opus"]);
  });
});
