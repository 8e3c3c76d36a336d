import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import pg from "pg";
import { compatible, fileOf, openModels } from "../../../test/open-models.ts";
import type { ScriptedAnswer } from "../../../test/scripted-model.ts";
import { makeDatabase } from "../../../test/start-test-app.ts";
import { systemClock } from "../../lib/clock.ts";
import { createLog } from "../../lib/log.ts";
import { openDatabase, type Database } from "../../storage/database.ts";
import { migrate } from "../../storage/migrate.ts";
import type { BudgetRule } from "../budgets/budget-rules.ts";
import { openBudgets } from "../budgets/open-budgets.ts";
import { errorOf, noContext } from "../model.contract.ts";

const log = createLog({ level: "error", isPretty: true });
/** 1 and 5 USD a million tokens. */
const price = { prompt: 1, completion: 5, source: "a contract", readOn: "2026-11-01" };
const file = fileOf([compatible("slow", { price }), compatible("quick", { price })], { default: { models: ["slow", "quick"], hedge: { firstMs: 30 } } });
const USED = { promptTokens: 200, completionTokens: 20 };
const USED_MICRO_USD = 300;
/** What a request of the test may cost at most, as it is reserved: about 170 tokens of prompt, 100 of the answer. */
const MAX_TOKENS = 100;

let database: Database;
let superuser: pg.Client;
let tenants = 0;

describe("a second request beside a slow one, within a budget", () => {
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

  const open = async (hardMicroUsd: number, rules: (model: string) => ScriptedAnswer, given: Partial<BudgetRule> = {}) => {
    const tenantId = `t${(tenants += 1)}`;
    const rule: BudgetRule = { name: "all", scope: "tenant", matches: null, window: "month", timeZone: "UTC", softMicroUsd: null, hardMicroUsd, then: "refuse", use: null, ...given };
    const budgets = openBudgets({ database, clock: systemClock, log, rules: [rule] });
    const opened = await openModels(file, (request) => rules(request.model), { budgets });
    const uses = async () => {
      await budgets.flush();
      return (await superuser.query<{ model: string; outcome: string; micro_usd: string; is_estimated: boolean }>("select model, outcome, micro_usd, is_estimated from model_use where tenant_id = $1 order by model", [tenantId])).rows;
    };
    const counter = async () => (await superuser.query<{ spent: number; held: number; refusals: number }>("select spent_micro_usd::int as spent, held_micro_usd(holds)::int as held, refusals::int from budget_use where tenant_id = $1", [tenantId])).rows[0];
    return { opened, uses, counter, ask: () => opened.ask({ context: { ...noContext, tenantId }, maxOutputTokens: MAX_TOKENS }), [Symbol.asyncDispose]: async () => { await opened[Symbol.asyncDispose](); await budgets.stop(); } };
  };
  const slowly: ScriptedAnswer = [{ waitMs: 400 }, { text: "Late." }, { usage: USED }];

  test("both are settled: the winner by its figures, the cancelled loser by an estimate", async () => {
    await using desk = await open(100_000, (model) => (model === "slow" ? slowly : [{ text: "Quick." }, { usage: USED }]));
    assert.equal((await desk.ask()).text, "Quick.");
    await new Promise((resolve) => setTimeout(resolve, 50));
    const [winner, loser] = await desk.uses();
    assert.deepEqual([winner?.model, winner?.outcome, Number(winner?.micro_usd), winner?.is_estimated], ["quick", "ok", USED_MICRO_USD, false]);
    assert.deepEqual([loser?.model, loser?.outcome, loser?.is_estimated], ["slow", "cancelled", true]);
    assert.ok(Number(loser?.micro_usd) > 0);
    assert.equal((await desk.counter())?.spent, USED_MICRO_USD + Number(loser?.micro_usd));
  });

  for (const then of ["refuse", "handoff"] as const) {
    test(`where there is room for one only the second is not sent, and the first still answers (${then})`, async () => {
      await using desk = await open(1_000, (model) => (model === "slow" ? [{ waitMs: 150 }, { text: "Late." }, { usage: USED }] : [{ text: "Quick." }]), { then });
      assert.equal((await desk.ask()).text, "Late.");
      assert.deepEqual(desk.opened.asked(), ["slow"]);
      assert.deepEqual((await desk.uses()).map((use) => [use.model, use.outcome]), [["slow", "ok"]]);
      assert.ok(((await desk.counter())?.spent ?? 0) <= 1_000);
    });
  }

  test("many hedged calls at once never cost more than the budget, whoever wins", async () => {
    const hard = 6_000;
    await using desk = await open(hard, (model) => (model === "slow" ? slowly : [{ waitMs: 20 }, { text: "Quick." }, { usage: USED }]));
    const ended = await Promise.allSettled(Array.from({ length: 40 }, () => desk.ask()));
    assert.ok(ended.some((each) => each.status === "fulfilled") && ended.some((each) => each.status === "rejected"));
    await new Promise((resolve) => setTimeout(resolve, 100));
    const uses = await desk.uses();
    const spent = uses.reduce((sum, use) => sum + Number(use.micro_usd), 0);
    assert.deepEqual([(await desk.counter())?.spent, uses.length], [spent, desk.opened.asked().length]);
    assert.ok(spent <= hard, `${spent} of ${hard}`);
    for (const each of ended) if (each.status === "rejected") assert.equal((await errorOf(Promise.reject(each.reason))).code, "models.over_budget");
  });
});
