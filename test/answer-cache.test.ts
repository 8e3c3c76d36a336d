import assert from "node:assert/strict";
import { appendFile, cp, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import OpenAI from "openai";
import pg from "pg";
import { z } from "zod";
import { createKey } from "../src/identity/authenticate.ts";
import { requestOf } from "../src/models/model.contract.ts";
import { readAnswer } from "../src/models/read-answer.ts";
import { startScriptedModel, type ScriptedModelServer, type ScriptedRules } from "./scripted-model.ts";
import { startTestApp, until, type TestApp } from "./start-test-app.ts";

const QUESTION = "How long do I have to return something?";
const ANSWER = "You can return unused items within 30 days of delivery [1].";
const USED = { usage: { promptTokens: 1_000, completionTokens: 100 } };
/** What such a call costs, in micro-USD, at 2 and 10 USD a million tokens. */
const COST = 3_000;
const turnView = z.object({ stages: z.array(z.object({ stage: z.string(), costMicroUsd: z.number().nullable(), detail: z.record(z.string(), z.unknown()) })) });

describe("a workspace that declares a cache", () => {
  let app: TestApp;
  let server: ScriptedModelServer;
  let sql: pg.Client;
  let folder: string;
  let rules: ScriptedRules;
  const asReply: ScriptedRules = () => [{ text: ANSWER }, USED];

  before(async () => {
    // Understanding asks for a form, by a tool.
    server = await startScriptedModel((request) => (request.toolNames.includes("answer") ? [{ toolCall: { name: "answer", arguments: { intents: [], language: "en", sentiment: "neutral", risks: [] } } }, USED] : rules(request)));
    folder = await mkdtemp(join(tmpdir(), "baton-cache-"));
    await cp("examples/shop", folder, { recursive: true });
    await appendFile(join(folder, "baton.yaml"), "\nunderstanding: { askModelBelow: 1 }\n");
    await writeFile(join(folder, "models.yaml"), [
      "models:", `  - { name: house, provider: openai-compatible, url: "${server.url}", price: { prompt: 2, completion: 10, source: our contract, readOn: 2026-11-01 } }`,
      `  - { name: small, provider: openai-compatible, url: "${server.url}" }`,
      "routes:", "  default: [house]", "  orders: [small]", "  rules:", "    - { when: { intent: order_status, purpose: gateway }, use: orders }",
      "cache: { purposes: { reply: exact, understand: exact, gateway: exact } }",
    ].join("\n"));
    app = await startTestApp({ env: { BATON_WORKSPACE: folder } });
    sql = new pg.Client({ connectionString: app.databaseUrl });
    await sql.connect();
  });
  after(async () => {
    await sql.end();
    await app[Symbol.asyncDispose]();
    await server.close();
    await rm(folder, { recursive: true, force: true });
  });

  /** Requests that a piece of work sends, understanding left out. */
  const asked = async (work: () => Promise<unknown>): Promise<number> => {
    const before = server.requests.length;
    await work();
    return server.requests.slice(before).filter((request) => !request.toolNames.includes("answer")).length;
  };
  const visitAndAsk = async (question: string, email?: string) => (await app.visit(email)).ask(question);
  const stageOf = async (turnId: string | null | undefined, name: string) => turnView.parse(await (await app.request(`/api/turns/${turnId ?? ""}`, { headers: await app.signIn() })).json()).stages.find(({ stage }) => stage === name);
  const clientOf = async (name: string, data: "none" | null = "none") => new OpenAI({ baseURL: `${app.url}/v1`, apiKey: await createKey(app.running.app.identity, "shop", name, ["gateway", "vouch"]), maxRetries: 0, ...(data === null ? {} : { defaultHeaders: { "x-baton-data": data } }) });
  const chat = (client: OpenAI, content: string, model = "baton/auto", headers: Record<string, string> = {}) => client.chat.completions.create({ model, messages: [{ role: "user", content }] }, { headers });

  test("a second visitor with the same question is answered without a call, for nothing, and the record says what it saved and why", async () => {
    rules = asReply;
    const first = await visitAndAsk(QUESTION);
    const before = server.requests.length;
    const second = await visitAndAsk(QUESTION);
    assert.equal(server.requests.length, before, "neither understanding nor the reply asked a model");
    assert.equal(second.reply?.text, first.reply?.text);
    const [made, kept] = [await stageOf(first.reply?.turnId, "compose"), await stageOf(second.reply?.turnId, "compose")];
    assert.deepEqual([made?.costMicroUsd, made?.detail["routes"]], [COST, ["house: the default route"]]);
    assert.deepEqual([kept?.costMicroUsd, kept?.detail["routes"]], [0, ["house: out of the cache (exact)"]]);
    let uses: Record<string, unknown>[] = [];
    await until(async () => (uses = (await sql.query("select purpose, outcome, cached, micro_usd::int, saved_micro_usd::int from model_use where turn_id = $1 order by purpose", [second.reply?.turnId])).rows).length === 2);
    assert.deepEqual(uses, [{ purpose: "reply", outcome: "cached", cached: "exact", micro_usd: 0, saved_micro_usd: COST }, { purpose: "understand", outcome: "cached", cached: "exact", micro_usd: 0, saved_micro_usd: COST }]);
    const costs = z.object({ total: z.object({ cached: z.number(), savedMicroUsd: z.number(), failed: z.number() }) }).parse(await (await app.request("/api/costs", { headers: await app.signIn() })).json());
    assert.deepEqual(costs.total, { cached: 2, savedMicroUsd: 2 * COST, failed: 0 });
  });

  test("nobody gets what another customer was told: not by rights, by records, by personal words or by a conversation", async () => {
    rules = asReply;
    assert.ok((await asked(() => visitAndAsk(QUESTION, "emma.larsson@example.com"))) > 0, "a verified customer is offered other tools and articles than a visitor");
    // An answer out of a customer's own records.
    let told = "";
    rules = (request) => (request.messages.at(-1)?.role === "tool" ? [{ text: (told = `I looked: ${request.number}.`) }] : [{ toolCall: { name: "list_orders", arguments: {} } }]);
    const mine = "Please list my orders for me.";
    await visitAndAsk(mine, "emma.larsson@example.com");
    const emmas = told;
    assert.match(emmas, /^I looked: \d+\.$/);
    assert.ok((await asked(async () => assert.ok(!((await visitAndAsk(mine, "noah.fischer@example.com")).reply?.text ?? "").includes(emmas)))) > 0);
    assert.ok((await asked(() => visitAndAsk(mine, "emma.larsson@example.com"))) > 0, "nor is it kept for her");
    // Personal words in the question.
    rules = asReply;
    const personal = "My mail is emma.private@example.com, how long do I have to return something?";
    await visitAndAsk(personal);
    assert.ok((await asked(() => visitAndAsk(personal))) > 0);
    // The same words within a conversation mean something else.
    const visit = await app.visit();
    await visit.ask("Do you have tents?");
    assert.ok((await asked(() => visit.ask(QUESTION))) > 0);
    const rows = (await sql.query<{ text: string }>("select string_agg(answer::text || coalesce(contact_id, ''), ' ') as text from model_cache")).rows[0]?.text ?? "";
    assert.doesNotMatch(rows, /I looked|contact_|private@/);
  });

  test("when an article has changed, the answer from the older one is not given any more", async () => {
    rules = asReply;
    const question = "Within how many days may I return an unused item?";
    await visitAndAsk(question);
    assert.equal(await asked(() => visitAndAsk(question)), 0);
    const headers = await app.signIn();
    const json = { ...headers, "content-type": "application/json" };
    await app.request("/api/knowledge/sources", { method: "POST", headers: json, body: JSON.stringify({ name: "news", kind: "upload", defaults: { audience: ["public"] } }) });
    const uploaded = await app.request("/api/knowledge/sources/news/files/returns-news.md", { method: "PUT", headers, body: "# How many days to return an unused item\n\nYou may return an unused item within 90 days of delivery since December.\n" });
    assert.equal(uploaded.status, 202);
    await until(async () => (await sql.query("select 1 from document where path like '%returns-news%' and to_version is null")).rows.length > 0);
    assert.ok((await asked(() => visitAndAsk(question))) > 0);
    assert.match(server.requests.at(-1)?.raw ?? "", /90 days/);
  });

  test("through the gateway an application gets its own answers again, and only what it vouches for", async () => {
    rules = (request) => [{ text: `Answer ${request.number}.` }, USED];
    const [mine, other] = [await clientOf("mine"), await clientOf("other")];
    const question = "What is a good name for a sheep?";
    const first = (await chat(mine, question)).choices[0]?.message.content;
    assert.equal(await asked(async () => assert.equal((await chat(mine, question)).choices[0]?.message.content, first)), 0, "by models.yaml, without a header");
    assert.equal(await asked(() => chat(mine, question, "baton/auto", { "x-baton-cache": "off" })), 1, "the caller may say no");
    assert.equal(await asked(() => chat(other, question)), 1, "another application");
    assert.equal(await asked(() => chat(mine, question, "small")), 1, "another model");
    const careful = await clientOf("careful", null);
    assert.equal(await asked(() => chat(careful, question)), 1);
    assert.equal(await asked(() => chat(careful, question)), 1, "whoever does not vouch that nothing is personal is asked for anew");
    assert.equal(await asked(() => chat(careful, question, "baton/auto", { "x-baton-cache": "semantic" })), 1);
    const { model } = app.running.app.models;
    if (model === null) return assert.fail("no model");
    await sql.query("insert into tenant (id, name) values ('other', 'Other')");
    const context = { tenantId: "shop", purpose: "gateway", dataClasses: [], audiences: [] } as const;
    const ask = (tenantId: string) => readAnswer(model, requestOf({ context: { ...context, tenantId }, messages: [{ role: "user", text: question }] }));
    await ask("shop");
    assert.deepEqual([(await ask("shop")).served.cached, (await ask("other")).served.cached], ["exact", undefined], "another tenant");
  });

  test("answers from the articles by the gateway come out of the cache, and not any more when the articles have changed", async () => {
    rules = (request) => [{ text: /365 days/.test(request.raw) ? "Tents have 365 days of warranty [1]." : ANSWER }, USED];
    const client = await clientOf("support");
    const question = "How many days of warranty does a glacier tent have?";
    assert.ok((await asked(() => chat(client, question, "baton/support"))) > 0);
    assert.equal(await asked(() => chat(client, question, "baton/support")), 0);
    const headers = await app.signIn();
    await app.request("/api/knowledge/sources/news/files/tents.md", { method: "PUT", headers, body: "# Warranty of a glacier tent\n\nA glacier tent has 365 days of warranty.\n" });
    await until(async () => (await sql.query("select 1 from document where path like '%tents.md' and to_version is null")).rows.length > 0);
    assert.ok((await asked(() => chat(client, question, "baton/support"))) > 0);
  });

  test("rules by intent hold for calls of other applications: what they ask is read when a rule wants to know", async () => {
    rules = () => [{ text: "Yes." }, USED];
    const client = await clientOf("rules");
    const modelOf = async (content: string, model = "baton/auto") => {
      await chat(client, content, model);
      return server.requests.findLast((request) => !request.toolNames.includes("answer"))?.model;
    };
    const before = server.requests.length;
    assert.equal(await modelOf("Is this the house model?", "house"), "house");
    assert.equal(server.requests.length, before + 1, "who names a model is not read");
    server.requests.length = 0;
    const { understander } = app.running.app.understanding.learning;
    const intentOf = async (text: string) => (await understander.understand({ text, recent: [], call: { tenantId: "shop", purpose: "understand", dataClasses: [], audiences: [], cache: "off" } })).intents[0]?.name;
    assert.equal(await intentOf("Tell me a riddle about sheep and clouds."), undefined);
    assert.equal(await modelOf("Tell me a riddle about sheep and clouds."), "house");
  });
});

test("a rule by intent sends a gateway's question about an order to the model for orders", async () => {
  await using server = await startScriptedModel(() => [{ text: "Yes." }]);
  const folder = await mkdtemp(join(tmpdir(), "baton-traits-"));
  await cp("examples/shop", folder, { recursive: true });
  await writeFile(join(folder, "models.yaml"), [
    "models:", ...["house", "small", "german", "careful"].map((name) => `  - { name: ${name}, provider: openai-compatible, url: "${server.url}" }`),
    "routes:", "  default: [house]", "  rules:", "    - { when: { risk: legal }, use: careful }", "    - { when: { intent: order_status }, use: small }", "    - { when: { language: de }, use: german }",
  ].join("\n"));
  await using app = await startTestApp({ env: { BATON_WORKSPACE: folder } });
  const client = new OpenAI({ baseURL: `${app.url}/v1`, apiKey: await createKey(app.running.app.identity, "shop", "app", ["gateway", "vouch"]), maxRetries: 0 });
  const modelOf = async (content: string, stream = false) => {
    if (stream) for await (const _ of await client.chat.completions.create({ model: "baton/auto", messages: [{ role: "user", content }], stream: true }));
    else await client.chat.completions.create({ model: "baton/auto", messages: [{ role: "user", content }] });
    return server.requests.at(-1)?.model;
  };
  assert.equal(await modelOf("Where is my order 1042?"), "small");
  assert.equal(await modelOf("Where is my order 1042?", true), "small");
  assert.equal(await modelOf("I will sue you, my lawyer writes to you tomorrow."), "careful");
  assert.equal(await modelOf("Schreib mir bitte ein kurzes Gedicht über die Wolken am Himmel."), "german");
  assert.equal(await modelOf("Write me a short poem about clouds in the sky."), "house");
  await rm(folder, { recursive: true, force: true });
});
