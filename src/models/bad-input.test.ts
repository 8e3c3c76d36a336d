import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import pg from "pg";
import { compatible, fileOf, openModels } from "../../test/open-models.ts";
import type { ScriptedAnswer, ScriptedRequest } from "../../test/scripted-model.ts";
import { makeDatabase } from "../../test/start-test-app.ts";
import { systemClock } from "../lib/clock.ts";
import { createLog } from "../lib/log.ts";
import { openDatabase, type Database } from "../storage/database.ts";
import { migrate } from "../storage/migrate.ts";
import { openBudgets } from "./budgets/open-budgets.ts";
import { errorOf, noContext } from "./model.contract.ts";
import type { ModelRequest } from "./model.ts";

const log = createLog({ level: "error", isPretty: true });
/** 1 and 5 USD a million tokens. */
const price = { prompt: 1, completion: 5, source: "a contract", readOn: "2026-11-01" };
const timeouts = { firstPartMs: 1_000, idleMs: 150, totalMs: 3_000 };
const FINE: ScriptedAnswer = [{ text: "It is on its way." }, { usage: { promptTokens: 100, completionTokens: 10 } }];
const FINE_MICRO_USD = 150;

type Use = { model: string; outcome: string; error: string | null; microUsd: number | null; charged: number; isEstimated: boolean };

let database: Database;
let superuser: pg.Client;
let tenants = 0;

describe("a provider at its worst: every call has a named outcome, and every cent its row", () => {
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

  /** Two models, the second always well; all calls within a budget. `ask` names the first alone, `askAll` the route with both. */
  const open = async (worst: (request: ScriptedRequest) => ScriptedAnswer, given: { first?: object; hard?: number } = {}) => {
    const tenantId = `bad${(tenants += 1)}`;
    const rule = { name: "all", scope: "tenant", matches: null, window: "month", timeZone: "UTC", softMicroUsd: null, hardMicroUsd: given.hard ?? 10_000_000, then: "refuse", use: null } as const;
    const budgets = openBudgets({ database, clock: systemClock, log, rules: [rule] });
    const file = fileOf([compatible("first", { price, timeouts, ...given.first }), compatible("second", { price, timeouts })], { default: ["first", "second"] });
    const opened = await openModels(file, (request) => (request.model === "second" ? FINE : worst(request)), { budgets });
    const context = { ...noContext, tenantId };
    return {
      opened, budgets,
      ask: (more: Partial<ModelRequest> = {}) => opened.ask({ context: { ...context, route: "first" }, ...more }),
      askAll: (more: Partial<ModelRequest> = {}) => opened.ask({ context, ...more }),
      async uses(): Promise<Use[]> {
        await budgets.flush();
        const { rows } = await superuser.query<Record<string, unknown>>("select * from model_use where tenant_id = $1 order by at, id", [tenantId]);
        return rows.map((row) => ({ model: String(row["model"]), outcome: String(row["outcome"]), error: row["error_code"] === null ? null : String(row["error_code"]), microUsd: row["micro_usd"] === null ? null : Number(row["micro_usd"]), charged: Number(row["charged_micro_usd"]), isEstimated: row["is_estimated"] === true }));
      },
      spent: async () => Number((await superuser.query("select spent_micro_usd as spent from budget_use where tenant_id = $1", [tenantId])).rows[0]?.spent ?? 0),
      [Symbol.asyncDispose]: async () => {
        await opened[Symbol.asyncDispose]();
        await budgets.stop();
      },
    };
  };
  type Worst = { answer: ScriptedAnswer; code: string; /** Requests until it is given up. */ tries: number; isFree: boolean };

  const worsts: Record<string, Worst> = {
    "429 without Retry-After": { answer: { fault: "status", status: 429 }, code: "models.rate_limited", tries: 3, isFree: true },
    "429 with Retry-After": { answer: { fault: "status", status: 429, headers: { "retry-after-ms": "20" } }, code: "models.rate_limited", tries: 3, isFree: true },
    "500": { answer: { fault: "status", status: 500 }, code: "models.unavailable", tries: 3, isFree: false },
    "HTML with 200": { answer: { fault: "html" }, code: "models.invalid_answer", tries: 1, isFree: false },
    "HTML with 502": { answer: { fault: "html", status: 502 }, code: "models.unavailable", tries: 3, isFree: false },
    "a key without money (402)": { answer: { fault: "status", status: 402 }, code: "models.out_of_credit", tries: 1, isFree: true },
    "a key without money (429, insufficient_quota)": { answer: { fault: "status", status: 429, code: "insufficient_quota" }, code: "models.out_of_credit", tries: 1, isFree: true },
    "a prompt over the context, as the provider says": { answer: { fault: "status", status: 400, code: "context_length_exceeded" }, code: "models.prompt_too_long", tries: 1, isFree: true },
    "silence": { answer: { fault: "hang" }, code: "models.timeout", tries: 1, isFree: false },
  };
  for (const [what, { answer, code, tries, isFree }] of Object.entries(worsts)) {
    test(`${what} is ${code}; with another model in the route the message is answered`, async () => {
      await using desk = await open(() => answer);
      assert.equal((await errorOf(desk.ask())).code, code);
      const uses = await desk.uses();
      assert.ok(uses.every((use) => use.outcome !== "ok" && use.error === code), JSON.stringify(uses));
      assert.ok(uses.length >= tries || what === "silence", JSON.stringify(uses));
      assert.ok(isFree ? uses.every((use) => use.charged === 0) : uses.every((use) => use.charged > 0 && use.isEstimated), JSON.stringify(uses));
      // A process of its own: the first one's breaker leaves the model alone by now.
      await using other = await open(() => answer);
      const mended = await other.askAll();
      assert.deepEqual([mended.text, mended.served.name], ["It is on its way.", "second"]);
      assert.match(mended.served.reason ?? "", new RegExp(`^the default route; before it first \\(${code.replace(".", "\\.")}\\)$`));
      const all = await other.uses();
      assert.equal(all.at(-1)?.microUsd, FINE_MICRO_USD);
      assert.equal(await other.spent(), all.reduce((sum, use) => sum + use.charged, 0), "the budget knows of every cent");
    });
  }

  const halves: Record<string, [ScriptedAnswer, string]> = {
    "half a stream, broken off": [{ fault: "half_stream", parts: [{ text: "It is" }], ending: "reset" }, "models.unavailable"],
    "half a stream that ends in good order": [{ fault: "half_stream", parts: [{ text: "It is" }], ending: "end" }, "models.unavailable"],
    "an event that is not JSON": [{ fault: "invalid_json", parts: [{ text: "It is" }] }, "models.invalid_answer"],
    "a stream that never ends": [{ fault: "endless" }, "models.invalid_answer"],
    "an error inside of the stream": [{ fault: "stream_error", parts: [{ text: "It is" }], code: "server_error", message: "overloaded" }, "models.unavailable"],
    "silence after the first words": [[{ text: "It is" }, { waitMs: 5_000 }], "models.timeout"],
  };
  for (const [what, [answer, code]] of Object.entries(halves)) {
    test(`${what} is ${code}: nobody else is asked after the first words, and what came is charged by our count`, async () => {
      await using desk = await open(() => answer);
      const error = await errorOf(desk.askAll());
      assert.equal(error.code, code);
      assert.ok(!desk.opened.asked().includes("second"), "no text comes twice");
      const uses = await desk.uses();
      assert.equal(uses.length, 1);
      assert.ok(uses[0] !== undefined && uses[0].isEstimated && uses[0].charged > 0 && uses[0].outcome !== "ok", JSON.stringify(uses));
      assert.equal(await desk.spent(), uses[0]?.charged);
    });
  }

  test("429 that says to come back in a moment is answered by the same model then", async () => {
    await using desk = await open((request) => (request.number === 1 ? { fault: "status", status: 429, headers: { "retry-after": "1" } } : FINE));
    const from = performance.now();
    assert.equal((await desk.ask()).text, "It is on its way.");
    assert.ok(performance.now() - from >= 900, "it waited as it was told");
    assert.deepEqual((await desk.uses()).map((use) => [use.outcome, use.charged]), [["failed", 0], ["ok", FINE_MICRO_USD]]);
  });

  test("figures that cannot be are counted by us and marked, however they are wrong", async () => {
    for (const usage of [{ promptTokens: -5, completionTokens: 0 }, { promptTokens: 1.5, completionTokens: 2 }, { promptTokens: 0, completionTokens: 0 }, { promptTokens: 100, completionTokens: 9e15 }, null]) {
      await using desk = await open(() => [{ text: "It is on its way." }, { usage }]);
      const answer = await desk.ask();
      assert.ok(answer.usage.isEstimated && answer.usage.promptTokens > 0 && answer.usage.completionTokens > 0, JSON.stringify(usage));
      const [use] = await desk.uses();
      assert.ok(use !== undefined && use.isEstimated && (use.microUsd ?? 0) > 0 && Number.isInteger(use.microUsd), JSON.stringify(use));
    }
  });

  test("a bill that is larger than what was reserved is charged as it is, and the next call is refused", async () => {
    await using desk = await open(() => [{ text: "Yes." }, { usage: { promptTokens: 100, completionTokens: 90_000 } }], { hard: 100_000 });
    assert.equal((await desk.ask()).served.costMicroUsd, 450_100);
    assert.equal((await errorOf(desk.ask())).code, "models.over_budget");
    assert.deepEqual((await desk.uses()).map((use) => use.charged), [450_100]);
    assert.equal(await desk.spent(), 450_100);
    assert.equal(desk.opened.asked().length, 1);
  });

  test("a model that no price list has costs an unknown sum, and the budget the stated worst case", async () => {
    await using desk = await open(() => FINE, { first: { price: undefined, handling: "public" } });
    assert.equal((await desk.ask()).served.costMicroUsd, null);
    const [use] = await desk.uses();
    assert.deepEqual([use?.microUsd, use?.charged], [null, 100 * 15 + 10 * 75]);
    assert.equal(await desk.spent(), 100 * 15 + 10 * 75);
  });

  test("a prompt over the context size is refused before it is sent, or goes to a larger one", async () => {
    await using desk = await open(() => FINE, { first: { contextTokens: 2_000 } });
    const messages = [{ role: "user" as const, text: "word ".repeat(10_000) }];
    assert.equal((await errorOf(desk.ask({ messages }))).code, "models.prompt_too_long");
    assert.deepEqual([desk.opened.asked(), await desk.uses()], [[], []]);
    assert.equal((await desk.askAll({ messages })).served.name, "second");
  });
});
