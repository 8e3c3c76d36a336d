import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import pg from "pg";
import { startScriptedModel, type ScriptedAnswer } from "../../../test/scripted-model.ts";
import { makeDatabase, until } from "../../../test/start-test-app.ts";
import { systemClock } from "../../lib/clock.ts";
import { createLog } from "../../lib/log.ts";
import { openDatabase, type Database } from "../../storage/database.ts";
import { migrate } from "../../storage/migrate.ts";
import { createAiSdkModel } from "../adapters/index.ts";
import type { CallContext } from "../call-context.ts";
import type { Model, ModelPrice } from "../model.ts";
import { errorOf, requestOf } from "../model.contract.ts";
import { readAnswer } from "../read-answer.ts";
import { DEFAULT_RETRY, withRetry } from "../wrappers/with-retry.ts";
import { withTimeout } from "../wrappers/with-timeout.ts";
import type { BudgetRule } from "./budget-rules.ts";
import { openBudgets, type OpenBudgets } from "./open-budgets.ts";
import { wrapBudget } from "./wrap-budget.ts";
import { wrapThrift } from "./wrap-thrift.ts";

const log = createLog({ level: "error", isPretty: true });
/** One micro-USD a token, so that money can be counted by hand. */
const PRICE: ModelPrice = { prompt: 1_000_000, completion: 1_000_000 };
const RULE: BudgetRule = { name: "all", scope: "tenant", matches: null, window: "month", timeZone: "UTC", softMicroUsd: null, hardMicroUsd: 100_000, then: "refuse", use: null };
const USAGE = { usage: { promptTokens: 20, completionTokens: 5 } };

describe("a model within its budget", () => {
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
    await database.close();
    await superuser.end();
  });

  /** A scripted provider, its model within a budget, and what was recorded of it. */
  async function openBudgeted(answers: readonly ScriptedAnswer[], given: { rules?: BudgetRule[]; price?: ModelPrice | null; around?: (model: Model) => Model; before?: (model: Model) => Model } = {}) {
    const server = await startScriptedModel(({ number }) => answers[number - 1] ?? answers.at(-1) ?? []);
    const budgets: OpenBudgets = openBudgets({ database, clock: systemClock, log, rules: given.rules ?? [RULE] });
    const plain = createAiSdkModel({ wire: "openai-compatible", modelId: "m", baseUrl: server.url, handling: "inside", priceMicroUsdPerMillion: given.price === undefined ? PRICE : given.price });
    const model = (given.around ?? ((inner) => inner))(wrapBudget((given.before ?? ((inner) => inner))(plain), { budgets }));
    const context: CallContext = { tenantId: `w${(tenants += 1)}`, purpose: "reply", dataClasses: [], audiences: [], cache: "off", userId: "emma", stage: "compose" };
    return {
      server, model, budgets, context, request: (signal = new AbortController().signal) => requestOf({ context, signal, maxOutputTokens: 100 }),
      async recorded() {
        await budgets.flush();
        const { rows } = await superuser.query("select outcome, error_code, prompt_tokens::int as prompt, completion_tokens::int as completion, is_estimated, micro_usd::int as cost, user_id, stage from model_use where tenant_id = $1 order by id", [context.tenantId]);
        const spent = (await superuser.query("select spent_micro_usd::int as spent, held_micro_usd(live_holds(holds))::int as held from budget_use where tenant_id = $1", [context.tenantId])).rows[0] ?? { spent: 0, held: 0 };
        return { rows, ...spent };
      },
      async [Symbol.asyncDispose]() {
        await budgets.stop();
        await server.close();
      },
    };
  }
  const sleeping = { sleep: () => Promise.resolve(), random: () => 0 };

  test("the provider's figures are charged, and the row says for whom", async () => {
    await using one = await openBudgeted([[{ text: "Yes." }, USAGE]]);
    assert.equal((await readAnswer(one.model, one.request())).text, "Yes.");
    const { rows, spent } = await one.recorded();
    assert.deepEqual([rows, spent], [[{ outcome: "ok", error_code: null, prompt: 20, completion: 5, is_estimated: false, cost: 25, user_id: "emma", stage: "compose" }], 25]);
    await until(async () => (await one.recorded()).held === 0);
  });

  test("figures the provider does not give are counted and marked as estimates", async () => {
    await using one = await openBudgeted([[{ text: "Yes." }, { usage: null }]]);
    await readAnswer(one.model, one.request());
    const { rows, spent } = await one.recorded();
    assert.equal(rows[0].is_estimated, true);
    assert.equal(spent, rows[0].prompt + rows[0].completion);
  });

  test("each try of a call that is asked again is a row of its own; what the provider refused costs nothing", async () => {
    await using one = await openBudgeted([{ fault: "status", status: 429 }, { fault: "status", status: 529 }, [{ text: "Yes." }, USAGE]], { around: (model) => withRetry(model, DEFAULT_RETRY, sleeping) });
    await readAnswer(one.model, one.request());
    const { rows, spent } = await one.recorded();
    assert.deepEqual(rows.map((row: Record<string, unknown>) => [row["outcome"], row["error_code"], row["cost"]]), [["failed", "models.rate_limited", 0], ["failed", "models.unavailable", 0], ["ok", null, 25]]);
    assert.equal(spent, 25);
  });

  test("a stream that breaks is charged for what came", async () => {
    await using one = await openBudgeted([{ fault: "half_stream", parts: [{ text: "A long beginning of an answer" }], ending: "reset" }]);
    assert.equal((await errorOf(readAnswer(one.model, one.request()))).code, "models.unavailable");
    const { rows, spent } = await one.recorded();
    assert.deepEqual([rows[0].outcome, rows[0].is_estimated, rows[0].completion >= 10, spent], ["failed", true, true, rows[0].prompt + rows[0].completion]);
  });

  test("a caller that leaves has cancelled, and what came is charged", async () => {
    await using one = await openBudgeted([{ fault: "endless" }]);
    for await (const part of one.model.stream(one.request())) if (part.kind === "text") break;
    await until(async () => (await one.recorded()).rows.length === 1);
    const { rows, spent } = await one.recorded();
    assert.deepEqual([rows[0].outcome, rows[0].is_estimated, spent > 0], ["cancelled", true, true]);
  });

  test("what a proxy gives up, and what is no answer, is charged as a whole one: the model behind it may have made it", async () => {
    for (const fault of [{ fault: "status", status: 502 }, { fault: "status", status: 504 }, { fault: "html", status: 200 }] as const) {
      await using one = await openBudgeted([fault]);
      await errorOf(readAnswer(one.model, one.request()));
      const { rows, spent } = await one.recorded();
      assert.deepEqual([rows[0].completion, rows[0].is_estimated, spent], [100, true, rows[0].prompt + 100], JSON.stringify(fault));
    }
  });

  test("thinking that is not handed on is counted, and where it is not even shown, the whole answer", async () => {
    const thinking = (given: Partial<Model>): Model => ({ id: "m", provider: "p", handling: "contract", priceMicroUsdPerMillion: PRICE, ...given, async *stream(request) {
      request.onReceived?.(300);
      yield { kind: "text", text: "Yes" };
      yield { kind: "text", text: "." };
    } });
    for (const [id, completion] of [["m", 100], ["o3", 1_000]] as const) {
      const budgets = openBudgets({ database, clock: systemClock, log, rules: [RULE] });
      const context: CallContext = { tenantId: `w${(tenants += 1)}`, purpose: "reply", dataClasses: [], audiences: [] };
      for await (const _ of wrapBudget(thinking({ id }), { budgets }).stream(requestOf({ context, maxOutputTokens: 1_000 }))) break;
      await budgets.stop();
      assert.equal((await superuser.query("select completion_tokens::int as tokens from model_use where tenant_id = $1", [context.tenantId])).rows[0].tokens, completion);
    }
  });

  test("a provider that says nothing in time is charged for the prompt it got and a whole answer", async () => {
    await using one = await openBudgeted([{ fault: "hang" }], { before: (model) => withTimeout(model, { firstPartMs: 100, idleMs: 100, totalMs: 200 }) });
    assert.equal((await errorOf(readAnswer(one.model, one.request()))).code, "models.timeout");
    const { rows, spent } = await one.recorded();
    assert.deepEqual([rows[0].outcome, rows[0].completion, spent], ["timeout", 100, rows[0].prompt + 100]);
  });

  test("a provider that is not there, and a call that was cancelled before it began, cost nothing", async () => {
    await using one = await openBudgeted([]);
    await one.server.close();
    assert.equal((await errorOf(readAnswer(one.model, one.request()))).code, "models.unavailable");
    assert.equal((await errorOf(readAnswer(one.model, one.request(AbortSignal.abort())))).code, "models.cancelled");
    const { rows, spent } = await one.recorded();
    assert.deepEqual([rows.map((row: Record<string, unknown>) => row["cost"]), spent], [[0, 0], 0]);
  });

  test("a used up budget sends nothing and says so; where a person is to go on, by a code of its own", async () => {
    await using one = await openBudgeted([[{ text: "Yes." }]], { rules: [{ ...RULE, hardMicroUsd: 50 }] });
    const refused = await errorOf(readAnswer(one.model, one.request()));
    assert.deepEqual([refused.code, refused.isRetryable, refused.details["budget"]], ["models.over_budget", false, "all"]);
    await using other = await openBudgeted([[{ text: "Yes." }]], { rules: [{ ...RULE, hardMicroUsd: 50, then: "handoff" }] });
    assert.equal((await errorOf(readAnswer(other.model, other.request()))).code, "models.over_budget_handoff");
    assert.equal(one.server.requests.length + other.server.requests.length, 0);
  });

  test("a passed soft limit names the route of the rule, or asks for the cheapest", async () => {
    const rule: BudgetRule = { ...RULE, softMicroUsd: 10, then: "cheaper", use: "small" };
    const seen: CallContext[] = [];
    const spy = (budgets: OpenBudgets) => (inner: Model): Model => wrapThrift({ ...inner, stream: (request) => (seen.push(request.context), inner.stream(request)) }, { budgets });
    for (const [use, expected] of [["small", { route: "small", isThrifty: true }], [null, { route: undefined, isThrifty: true }]] as const) {
      await using one = await openBudgeted([[{ text: "Yes." }, USAGE]], { rules: [{ ...rule, use }] });
      const model = spy(one.budgets)(one.model);
      await readAnswer(model, one.request());
      await one.budgets.flush();
      await readAnswer(model, one.request());
      assert.deepEqual(seen.splice(0).map(({ route, isThrifty }) => ({ route, isThrifty })), [{ route: undefined, isThrifty: undefined }, expected]);
    }
  });
});
