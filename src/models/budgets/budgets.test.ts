import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { after, before, describe, test } from "node:test";
import pg from "pg";
import { makeDatabase, until } from "../../../test/start-test-app.ts";
import { runCommand } from "../../../test/start-child.ts";
import { createFakeClock, systemClock } from "../../lib/clock.ts";
import { createLog } from "../../lib/log.ts";
import { openDatabase, type Database } from "../../storage/database.ts";
import { migrate } from "../../storage/migrate.ts";
import type { CallContext } from "../call-context.ts";
import type { BudgetRule } from "./budget-rules.ts";
import type { BudgetAsk, CallEnd, Reservation } from "./budgets.ts";
import { openBudgets, type BudgetDeps, type OpenBudgets } from "./open-budgets.ts";
import { releaseHolds } from "./release-unreported.ts";
import { readUnreported } from "./unreported.store.ts";

const log = createLog({ level: "error", isPretty: true });
const EVER = { from: "2020-01-01T00:00:00Z", to: "2999-01-01T00:00:00Z" };
const SPENDER = new URL("../../../test/budget-process.ts", import.meta.url).pathname;
const MONTH: BudgetRule = { name: "all", scope: "tenant", matches: null, window: "month", timeZone: "UTC", softMicroUsd: null, hardMicroUsd: 1_000_000, then: "refuse", use: null };

let urls: { owner: string; superuser: string };
let database: Database;
let superuser: pg.Client;
let tenants = 0;
const opened: OpenBudgets[] = [];

before(async () => {
  urls = await makeDatabase();
  await migrate(urls.owner);
  database = openDatabase({ connectionString: urls.owner, maxConnections: 8, log });
  superuser = new pg.Client({ connectionString: urls.superuser });
  await superuser.connect();
});
after(async () => {
  await Promise.all(opened.map((budgets) => budgets.stop()));
  await database.close();
  await superuser.end();
});

const open = (deps: Partial<BudgetDeps> & Pick<BudgetDeps, "rules">): OpenBudgets => {
  const budgets = openBudgets({ database, clock: systemClock, log, ...deps });
  opened.push(budgets);
  return budgets;
};
/** A tenant of its own for each test. */
const contextOf = (given: Partial<CallContext> = {}): CallContext => ({ tenantId: `t${(tenants += 1)}`, purpose: "reply", dataClasses: [], audiences: [], cache: "off", ...given });
const askOf = (microUsd: number | null, model = "m"): BudgetAsk => ({ model, provider: "p", promptTokens: 1_000, maxOutputTokens: 1_000, microUsd });
const endOf = (microUsd: number | null): CallEnd => ({ usage: { promptTokens: 100, completionTokens: 10, isEstimated: false }, microUsd, outcome: "ok" });
const idOf = (reservation: Reservation): string => {
  assert.equal(reservation.kind, "reserved");
  return reservation.kind === "reserved" ? reservation.id : "";
};
const counters = async (tenantId: string) => (await superuser.query<{ budget: string; subject: string; spent: number; held: number; refusals: number }>("select budget, subject, spent_micro_usd::int as spent, held_micro_usd(live_holds(holds))::int as held, refusals::int from budget_use where tenant_id = $1 order by 1, 2", [tenantId])).rows;
const uses = async (tenantId: string) => (await superuser.query<Record<string, unknown>>("select * from model_use where tenant_id = $1 order by id", [tenantId])).rows;

describe("a budget of one process", () => {
  test("what a call has cost is charged, the rest of its reservation is free again", async () => {
    const context = contextOf();
    const budgets = open({ rules: [MONTH] });
    const id = idOf(await budgets.reserve(context, askOf(900_000)));
    assert.equal((await budgets.reserve(context, askOf(900_000))).kind, "refused");
    budgets.settle(id, endOf(200_000));
    const again = idOf(await budgets.reserve(context, askOf(800_000)));
    budgets.release(again, { outcome: "failed", errorCode: "models.rate_limited" });
    await budgets.flush();
    assert.deepEqual(await counters(context.tenantId), [{ budget: "all", subject: context.tenantId, spent: 200_000, held: 0, refusals: 1 }]);
    assert.deepEqual((await uses(context.tenantId)).map((use) => [use["micro_usd"], use["outcome"], use["error_code"]]), [["200000", "ok", null], ["0", "failed", "models.rate_limited"]]);
  });

  test("a refusal says which budget, how much, and until when", async () => {
    const clock = createFakeClock(Date.UTC(2026, 10, 21, 9, 30));
    const budgets = open({ clock, rules: [{ ...MONTH, name: "each-user", scope: "user", window: "day", hardMicroUsd: 500_000, then: "handoff" }] });
    const refused = await budgets.reserve(contextOf({ userId: "emma" }), askOf(600_000));
    assert.deepEqual(refused, {
      kind: "refused", budget: "each-user", then: "handoff", use: null, until: "2026-11-22T00:00:00.000Z",
      reason: 'The budget "each-user" (0.50 USD a day for the user "emma") has no room for this call until 2026-11-22T00:00:00.000Z.',
    });
  });

  test("the next window begins with nothing spent; a call is charged to the window it began in", async () => {
    const clock = createFakeClock(Date.UTC(2026, 10, 21, 9, 30));
    const context = contextOf();
    const budgets = open({ clock, rules: [{ ...MONTH, window: "minute" }] });
    const id = idOf(await budgets.reserve(context, askOf(1_000_000)));
    clock.advance(60_000);
    const next = idOf(await budgets.reserve(context, askOf(1_000_000)));
    budgets.settle(id, endOf(700_000));
    budgets.settle(next, endOf(300_000));
    await budgets.flush();
    assert.deepEqual((await counters(context.tenantId)).map((each) => each.spent).sort((one, other) => one - other), [300_000, 700_000]);
  });

  test("every budget that concerns a call must have room, and one that has none leaves the others as they were", async () => {
    const context = contextOf({ userId: "emma", caseId: "case_1" });
    const budgets = open({ rules: [MONTH, { ...MONTH, name: "user", scope: "user", hardMicroUsd: 100_000 }, { ...MONTH, name: "workflow", scope: "workflow", hardMicroUsd: 1 }, { ...MONTH, name: "dear", scope: "model", matches: ["opus*"], hardMicroUsd: 10 }] });
    assert.equal((await budgets.reserve(context, askOf(100_001))).kind, "refused");
    assert.equal((await budgets.reserve(context, askOf(50_000, "opus-5"))).kind, "refused");
    budgets.settle(idOf(await budgets.reserve(context, askOf(100_000))), endOf(100_000));
    const other = { ...context, userId: "noah" };
    budgets.settle(idOf(await budgets.reserve(other, askOf(100_000))), endOf(1));
    await budgets.flush();
    assert.deepEqual((await counters(context.tenantId)).map((each) => [each.budget, each.subject, each.spent]), [["all", context.tenantId, 100_001], ["dear", "opus-5", 0], ["user", "emma", 100_000], ["user", "noah", 1]]);
    await until(async () => (await counters(context.tenantId)).every((each) => each.held === 0));
  });

  test("a model without a price is charged the stated worst case, or refused where that is asked", async () => {
    const context = contextOf();
    const stated = open({ rules: [MONTH], unknownPrice: { prompt: 10_000_000, completion: 20_000_000 } });
    stated.settle(idOf(await stated.reserve(context, askOf(null))), endOf(null));
    await stated.flush();
    const [use] = await uses(context.tenantId);
    assert.deepEqual([use?.["micro_usd"], use?.["charged_micro_usd"]], [null, "1200"]);
    const strict = open({ rules: [MONTH], unknownPrice: "refuse" });
    const refused = await strict.reserve(contextOf(), askOf(null));
    assert.match(refused.kind === "refused" ? refused.reason : "", /price of the model "m" is not known/);
    assert.equal((await open({ rules: [], unknownPrice: "refuse" }).reserve(contextOf(), askOf(null))).kind, "reserved", "no budget, nothing to hold");
  });

  test("a free model is called when the budget is used up", async () => {
    const context = contextOf();
    const budgets = open({ rules: [{ ...MONTH, hardMicroUsd: 0 }] });
    assert.equal((await budgets.reserve(context, askOf(1))).kind, "refused");
    assert.equal((await budgets.reserve(context, askOf(0))).kind, "reserved");
  });

  test("a soft limit warns each call, tells one event a window, and asks for something cheaper", async () => {
    const context = contextOf();
    await superuser.query("insert into tenant (id, name) values ($1, $1)", [context.tenantId]);
    await superuser.query("insert into workflow_listener (tenant_id, event_type) values ($1, 'budget.warned')", [context.tenantId]);
    const rules = [{ ...MONTH, softMicroUsd: 500_000, then: "cheaper" as const, use: "small" }];
    const [budgets, other] = [open({ rules }), open({ rules })];
    assert.deepEqual(await budgets.outlook(context), { kind: "open" });
    for (let call = 0; call < 3; call += 1) {
      budgets.settle(idOf(await budgets.reserve(context, askOf(250_000))), endOf(250_000));
      await budgets.flush();
    }
    assert.deepEqual(await other.outlook(context), { kind: "thrifty", use: "small", budget: "all" }, "another process knows it too");
    const warned = await budgets.reserve(context, askOf(1_000));
    assert.deepEqual(warned.kind === "reserved" ? warned.warnings : [], [{ budget: "all", spentMicroUsd: 750_000, softMicroUsd: 500_000, then: "cheaper", use: "small" }]);
    const events = (await superuser.query("select event from workflow_event where tenant_id = $1", [context.tenantId])).rows;
    assert.equal(events.length, 1);
    assert.deepEqual({ ...events[0].event.data, since: null }, { budget: "all", budgetSubject: context.tenantId, since: null, spentUsd: 0.5, softUsd: 0.5, hardUsd: 1 });
  });

  test("a busy budget is asked for once in a while, not once a call", async () => {
    const context = contextOf();
    let statements = 0;
    const counted: Database = { ...database, batch: (...given) => ((statements += 1), database.batch(...given)) };
    const budgets = open({ database: counted, rules: [{ ...MONTH, hardMicroUsd: 1_000_000_000 }] });
    for (let call = 0; call < 2_000; call += 1) budgets.settle(idOf(await budgets.reserve(context, askOf(1_000))), endOf(500));
    await budgets.flush();
    assert.ok(statements < 60, `${statements} statements`);
    assert.deepEqual((await counters(context.tenantId)).map((each) => each.spent), [1_000_000]);
    assert.equal((await uses(context.tenantId)).length, 2_000);
  });

  test("an orderly stop loses no call and holds nothing", async () => {
    const context = contextOf();
    const budgets = openBudgets({ database, clock: systemClock, log, rules: [MONTH] });
    for (let call = 0; call < 2_500; call += 1) budgets.settle(idOf(await budgets.reserve(context, askOf(100))), endOf(100));
    await budgets.stop();
    assert.equal((await uses(context.tenantId)).length, 2_500);
    assert.deepEqual((await counters(context.tenantId)).map((each) => [each.spent, each.held]), [[250_000, 0]]);
  });

  test("calls are written once and charged once while the database fails now and then", async () => {
    const context = contextOf();
    let round = 0;
    const shaky: Database = {
      ...database,
      query: async (tenantId, statement, values) => {
        if (statement.name !== "budget_report") return database.query(tenantId, statement, values);
        round += 1;
        if (round % 3 === 1) throw new Error("lost before");
        const rows = await database.query(tenantId, statement, values);
        if (round % 3 === 2) throw new Error("lost after the commit");
        return rows;
      },
    };
    const budgets = open({ database: shaky, flushMs: 5, rules: [MONTH], log: { ...log, warn: () => {} } });
    for (let call = 0; call < 200; call += 1) {
      budgets.settle(idOf(await budgets.reserve(context, askOf(1_000))), endOf(1_000));
      if (call % 20 === 0) await new Promise((resolve) => setTimeout(resolve, 10));
    }
    await until(async () => (await counters(context.tenantId))[0]?.spent === 200_000);
    assert.equal((await uses(context.tenantId)).length, 200);
  });
});

test("a tenant whose report fails keeps no other tenant's from being written down", async () => {
  const [lost, kept] = [contextOf(), contextOf()];
  const shaky: Database = { ...database, query: (tenantId, statement, values) => (tenantId === lost.tenantId && statement.name === "budget_report" ? Promise.reject(new Error("refused")) : database.query(tenantId, statement, values)) };
  const budgets = openBudgets({ database: shaky, clock: systemClock, log: { ...log, warn: () => {} }, rules: [], flushMs: 60_000 });
  for (const context of [lost, kept]) budgets.settle(idOf(await budgets.reserve(context, askOf(1))), endOf(1));
  await assert.rejects(budgets.flush(), /refused/);
  assert.equal((await uses(kept.tenantId)).length, 1);
  await budgets.stop().catch(() => undefined);
});

describe("a budget of several processes", () => {
  const reset = () => superuser.query("delete from budget_use where tenant_id = 'desk'");
  const spend = async (calls: number, microUsd: number, hard: number) => {
    const output = await runCommand(process.execPath, ["--disable-warning=ExperimentalWarning", SPENDER, urls.owner, String(calls), String(microUsd), String(hard)]);
    return Number(/"passed":(\d+)/.exec(output)?.[1]);
  };

  test("1,000 calls at once in 3 processes against a budget of 100: exactly 100 pass", async () => {
    await reset();
    const passed = await Promise.all([spend(334, 10_000, 1_000_000), spend(333, 10_000, 1_000_000), spend(333, 10_000, 1_000_000)]);
    const [counter] = await counters("desk");
    assert.equal(passed.reduce((sum, each) => sum + each, 0), 100, `by process: ${passed.join(", ")}`);
    assert.deepEqual([counter?.spent, counter?.held, counter?.refusals], [1_000_000, 0, 900]);
  });

  test("what a killed process held is nobody else's until it is released", async () => {
    await reset();
    await superuser.query("insert into tenant (id, name) values ('desk', 'Desk')");
    const child = spawn(process.execPath, ["--disable-warning=ExperimentalWarning", SPENDER, urls.owner, "60", "10000", "1000000", "hold"], { stdio: ["ignore", "pipe", "inherit"] });
    const gone = new Promise((resolve) => child.once("exit", resolve));
    try {
      await new Promise((resolve) => child.stdout.once("data", resolve));
      await new Promise((resolve) => setTimeout(resolve, 3_500));
      assert.equal((await counters("desk"))[0]?.held, 600_000, "renewed while it lives");
    } finally {
      child.kill("SIGKILL");
      await gone;
    }
    const budgets = open({ rules: [MONTH] });
    const spendHere = async (calls: number) => {
      const reservations = await Promise.all(Array.from({ length: calls }, async () => budgets.reserve(contextOf({ tenantId: "desk" }), askOf(10_000))));
      for (const reservation of reservations) if (reservation.kind === "reserved") budgets.settle(reservation.id, endOf(10_000));
      await budgets.flush();
      return reservations.filter((reservation) => reservation.kind === "reserved").length;
    };
    assert.equal(await spendHere(60), 40);
    await until(async () => (await readUnreported(database, "desk", EVER)).length > 0);
    assert.equal(await spendHere(60), 0, "nobody else gets it when its lease is over");
    const [hold] = await readUnreported(database, "desk", EVER);
    assert.deepEqual([hold?.budget, hold?.subject, hold?.microUsd], ["all", "desk", 600_000]);
    assert.deepEqual(await releaseHolds({ database, clock: systemClock }, { tenantId: "desk", budget: "all", spentMicroUsd: 250_000, by: "test" }), [{ budget: "all", subject: "desk", microUsd: 600_000 }]);
    assert.deepEqual(await releaseHolds({ database, clock: systemClock }, { tenantId: "desk", budget: null, spentMicroUsd: 0, by: "test" }), []);
    assert.equal((await counters("desk"))[0]?.spent, 650_000);
    assert.equal(await spendHere(100), 35, "what was not spent is free again");
    const entry = (await superuser.query("select kind, subject_id, body from ledger_entry where tenant_id = 'desk'")).rows;
    assert.deepEqual(entry.map((each) => [each.kind, each.subject_id, JSON.parse(each.body)]), [["budget.released", "all", { heldMicroUsd: 600_000, spentMicroUsd: 250_000 }]]);
  });
});
