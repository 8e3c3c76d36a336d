import assert from "node:assert/strict";
import { cp, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import pg from "pg";
import { errorOf, requestOf } from "../src/models/model.contract.ts";
import type { CallContext } from "../src/models/call-context.ts";
import type { Model } from "../src/models/model.ts";
import { readAnswer } from "../src/models/read-answer.ts";
import { startScriptedModel, type ScriptedModelServer, type ScriptedRules } from "./scripted-model.ts";
import { startTestApp, until, type TestApp } from "./start-test-app.ts";

describe("a workspace with models.yaml", () => {
  let app: TestApp;
  let server: ScriptedModelServer;
  let sql: pg.Client;
  let folder: string;
  let rules: ScriptedRules = () => [{ text: "not scripted" }];

  before(async () => {
    server = await startScriptedModel((request) => rules(request));
    folder = await mkdtemp(join(tmpdir(), "baton-models-"));
    await cp("examples/shop", folder, { recursive: true });
    const price = "price: { prompt: 2, completion: 10, source: our contract, readOn: 2026-11-01 }";
    await writeFile(join(folder, "models.yaml"), [
      "models:", "  - { name: articles, provider: built-in }", `  - { name: first, provider: openai-compatible, url: "${server.url}", handling: contract }`, `  - { name: second, provider: openai, model: gpt-x, url: "${server.url}", ${price} }`,
      "routes:", "  default: [articles, first, second]", "  only: [second]",
    ].join("\n"));
    app = await startTestApp({ env: { BATON_WORKSPACE: folder, OPENAI_API_KEY: "sk-env" } });
    sql = new pg.Client({ connectionString: app.databaseUrl });
    await sql.connect();
  });
  after(async () => {
    await sql.end();
    await app[Symbol.asyncDispose]();
    await server.close();
    await rm(folder, { recursive: true, force: true });
  });
  const modelOf = (): Model => app.running.app.models.model ?? assert.fail("no model");
  const context: CallContext = { tenantId: "shop", purpose: "gateway", dataClasses: [], audiences: ["public"], cache: "off" };

  test("a reply goes on to the second model when the first is down, at that one's price, and each request is on record", async () => {
    rules = (request) => (request.model === "first" ? { fault: "status", status: 401 } : [{ text: "You can return unused items within 30 days of delivery [1]." }, { usage: { promptTokens: 1_000, completionTokens: 100 } }]);
    const visit = await app.visit();
    const { reply } = await visit.ask("How long do I have to return something?");
    assert.match(reply?.text ?? "", /within 30 days of delivery/);
    const turn = (await sql.query<Record<string, unknown>>("select cost_micro_usd, stages from turn where id = $1", [reply?.turnId])).rows[0];
    assert.equal(Number(turn?.["cost_micro_usd"]), 3_000);
    let uses: Record<string, unknown>[] = [];
    await until(async () => {
      uses = (await sql.query<Record<string, unknown>>("select model, outcome, micro_usd, purpose, conversation_id, error_code from model_use where turn_id = $1 and purpose = 'reply' order by at, id", [reply?.turnId])).rows;
      return uses.length === 2;
    });
    assert.deepEqual(uses.map((use) => [use["outcome"], use["error_code"], use["micro_usd"] === null ? null : Number(use["micro_usd"])]), [["failed", "models.unauthorized", 0], ["ok", null, 3_000]]);
    assert.ok(uses.every((use) => use["conversation_id"] === visit.conversationId));
    assert.equal(server.requests.find((request) => request.model === "gpt-x")?.headers["authorization"], "Bearer sk-env");
  });

  test("the built-in answerer is one of the models: it answers what the articles hold, under the asker's rights", async () => {
    rules = () => [{ text: "From a model." }];
    const ask = (question: string, given: Partial<CallContext> = {}) => readAnswer(modelOf(), requestOf({ messages: [{ role: "user", text: question }], context: { ...context, ...given } }));
    const answer = await ask("How long do I have to return something?");
    assert.deepEqual([answer.served.name, answer.served.costMicroUsd], ["articles", 0]);
    assert.match(answer.text, /30 days/);
    assert.equal((await ask("How long do I have to return something?", { audiences: [] })).served.name, "first");
    assert.equal((await ask("Who won the cup in 1954?")).text, "From a model.");
  });

  test("personal data of a contact goes out by placeholders, names of their record too", async () => {
    const visit = await app.visit("emma.larsson@example.com");
    const row = (await sql.query<Record<string, unknown>>("select c.id, c.name from contact c join conversation v on v.contact_id = c.id where v.id = $1", [visit.conversationId])).rows[0];
    rules = (request) => [{ text: `To ${/\[EMAIL_\d\]/.exec(request.raw)?.[0] ?? "nobody"}.` }];
    const name = String(row?.["name"] ?? "Emma Larsson");
    const answer = await readAnswer(modelOf(), requestOf({ messages: [{ role: "user", text: `${name}, emma.private@example.com, asks for her parcel` }], context: { ...context, route: "only", contactId: String(row?.["id"]), dataClasses: ["personal"] } }));
    assert.equal(answer.text, "To emma.private@example.com.");
    const sent = server.requests.at(-1)?.raw ?? "";
    assert.doesNotMatch(sent, /emma\.private/);
    if (row?.["name"] !== null) assert.ok(!sent.includes(name), "the name of the record");
  });

  test("a route that is not there is named", async () => {
    assert.equal((await errorOf(readAnswer(modelOf(), requestOf({ context: { ...context, route: "gone" } })))).code, "models.unknown");
  });

  test("calls are counted in the metrics by provider, model and purpose", async () => {
    const text = await (await app.request("/api/metrics", { headers: await app.signIn() })).text();
    assert.match(text, /gen_ai_client_operation_duration_seconds_count\{provider="openai",model="gpt-x",purpose="reply",outcome="ok"\}/);
  });
});
