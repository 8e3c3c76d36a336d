import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { startScriptedModel, type ScriptedModelServer } from "../../../test/scripted-model.ts";
import { makeDatabase } from "../../../test/start-test-app.ts";
import { createFakeClock } from "../../lib/clock.ts";
import { createLog } from "../../lib/log.ts";
import { openDatabase, type Database } from "../../storage/database.ts";
import { migrate } from "../../storage/migrate.ts";
import { createAiSdkModel } from "../adapters/index.ts";
import type { CallContext } from "../call-context.ts";
import { normalise, type Embedder } from "../embeddings/embedder.ts";
import { noContext, requestOf } from "../model.contract.ts";
import type { Model, ModelMessage, ModelRequest } from "../model.ts";
import { readAnswer } from "../read-answer.ts";
import { withCache, type CacheDeps } from "../wrappers/with-cache.ts";
import { createStoredCache, forgetCachedAnswers } from "./answer-cache.store.ts";
import { cacheKey } from "./cache-key.ts";

let server: ScriptedModelServer;
let database: Database;
const clock = createFakeClock();
const hits: string[] = [];
const faults: unknown[] = [];

before(async () => {
  const urls = await makeDatabase();
  await migrate(urls.owner);
  database = openDatabase({ connectionString: urls.owner, maxConnections: 4, log: createLog({ level: "error", isPretty: true }) });
  for (const id of ["acme", "other"]) await database.of(id).insertInto("tenant").values({ id, name: id }).execute();
  server = await startScriptedModel((request) => [...(request.messages.at(-1)?.text.includes("call a tool") === true ? [{ toolCall: { name: "find", arguments: {} } }] : [{ text: `Answer ${request.number}.` }]), { usage: { promptTokens: 100, completionTokens: 10 } }]);
});
after(async () => {
  await server.close();
  await database.close();
});

/** Two questions are near when they are the same but for little words. */
const embedder: Embedder = {
  id: "test/words", dimensions: 64, handling: "inside",
  embed: async (texts) => texts.map((text) => {
    const vector = new Float32Array(64);
    for (const word of text.toLowerCase().match(/[a-z]{4,}/g) ?? []) vector[[...word].reduce((sum, letter) => sum + letter.charCodeAt(0), 0) % 64] = 1;
    return normalise(vector);
  }),
};

function asker(given: Partial<CacheDeps> = {}) {
  const plain = createAiSdkModel({ wire: "openai-compatible", modelId: "m", baseUrl: server.url, handling: "inside", priceMicroUsdPerMillion: { prompt: 1_000_000, completion: 1_000_000 } });
  const model = withCache(plain, { cache: createStoredCache({ database, clock, ttlSeconds: 60 }), settings: { similarity: 0.95, personal: false }, modeOf: (request) => request.context.cache ?? "off", embedder, onHit: (_request, _answer, kind) => void hits.push(kind), onFault: (error) => void faults.push(error), ...given });
  return (question: string, context: Partial<CallContext> = {}, more: Partial<ModelRequest> = {}) => readAnswer(model, requestOf({ messages: [{ role: "system", text: "You help." }, { role: "user", text: question }], context: { ...noContext, tenantId: "acme", cache: "exact", audiences: ["public"], ...context }, ...more }));
}

test("the same question is answered again without a call, at no cost", async () => {
  const ask = asker();
  const first = await ask("How long do I have to return a lamp?");
  const count = server.requests.length;
  const again = await ask("How long do I have to return a lamp?");
  assert.equal(again.text, first.text);
  assert.deepEqual([again.served.costMicroUsd, again.served.cached, again.served.modelId], [0, "exact", "m"]);
  assert.equal(server.requests.length, count);
  assert.deepEqual(again.usage, first.usage);
});

test("nothing is kept unless the caller says so, and nothing that calls tools", async () => {
  const ask = asker();
  const tools = [{ name: "find", description: "Finds.", inputSchema: { type: "object" } }];
  const first = await ask("Do you ship to Malta?", { cache: "off" });
  assert.notEqual((await ask("Do you ship to Malta?", { cache: "off" })).text, first.text);
  const calling = await ask("Please call a tool for me.", {}, { tools });
  assert.equal(calling.toolCalls.length, 1);
  assert.equal((await ask("Please call a tool for me.", {}, { tools })).served.cached, undefined);
});

test("where tools are offered, an answer without them is given again to the very same question only, and only with the same tools", async () => {
  const ask = asker();
  const tools = [{ name: "find", description: "Finds.", inputSchema: { type: "object" } }];
  const semantic = { cache: "semantic" as const };
  const first = await ask("Do you ship parcels to Cyprus please?", semantic, { tools });
  assert.equal((await ask("Do you ship parcels to Cyprus please?", semantic, { tools })).text, first.text);
  assert.notEqual((await ask("So do you ship parcels to Cyprus please?", semantic, { tools })).text, first.text);
  assert.notEqual((await ask("Do you ship parcels to Cyprus please?", semantic)).text, first.text, "nor to somebody who is offered none");
});

test("the ids of quotes say nothing, what is quoted does", async () => {
  const ask = asker();
  const prompt = (id: string, text: string): ModelMessage[] => [{ role: "system", text: `You help.\n<untrusted id="${id}">\n${text}\n</untrusted id="${id}">` }, { role: "user", text: "How long may I return it?" }];
  const known = (await ask("", {}, { messages: prompt("0123456789abcdef", "Thirty days.") })).text;
  assert.equal((await ask("", {}, { messages: prompt("fedcba9876543210", "Thirty days.") })).text, known);
  assert.notEqual((await ask("", {}, { messages: prompt("0123456789abcdef", "Sixty days.") })).text, known, "knowledge that has changed makes another question");
});

test("a near question with another name in it is another question", async () => {
  const ask = asker();
  const semantic = { cache: "semantic" as const };
  const anns = (await ask("Hello, this is Anna, when is the shop open on sundays?", semantic)).text;
  assert.notEqual((await ask("Hello, this is Bobb, when is the shop open on sundays?", semantic)).text, anns);
  assert.equal((await ask("Hello, this is Anna, so when is the shop open on sundays?", semantic)).text, anns);
});

test("what the built-in answerer says is not kept: it goes by articles that may change", async () => {
  let said = 0;
  const plain: Model = { id: "built-in/extractive", provider: "built-in", handling: "inside", priceMicroUsdPerMillion: null, async *stream() {
    yield { kind: "text", text: `Said ${(said += 1)}.` };
    yield { kind: "finish", reason: "stop", usage: { promptTokens: 1, completionTokens: 1, isEstimated: true } };
  } };
  const model = withCache(plain, { cache: createStoredCache({ database, clock, ttlSeconds: 60 }), settings: { similarity: 0.95, personal: false }, modeOf: () => "exact", embedder, onHit: () => {}, onFault: (error) => void faults.push(error) });
  const ask = () => readAnswer(model, requestOf({ messages: [{ role: "user", text: "How long may I return it?" }], context: { ...noContext, tenantId: "acme" } }));
  assert.deepEqual([(await ask()).text, (await ask()).text], ["Said 1.", "Said 2."]);
});

test("an answer is kept for its time only", async () => {
  const ask = asker();
  const first = await ask("Is the shop open on Monday?");
  clock.advance(59_000);
  assert.equal((await ask("Is the shop open on Monday?")).text, first.text);
  clock.advance(2_000);
  assert.notEqual((await ask("Is the shop open on Monday?")).text, first.text);
});

test("a question that means nearly the same is answered again, but not one with another number in it", async () => {
  const ask = asker();
  const semantic = { cache: "semantic" as const };
  const first = await ask("What does delivery to Spain cost for 2 parcels?", semantic);
  const near = await ask("So what does the delivery to Spain cost, for 2 parcels?", semantic);
  assert.deepEqual([near.text, near.served.cached], [first.text, "semantic"]);
  assert.notEqual((await ask("What does delivery to Spain cost for 9 parcels?", semantic)).text, first.text);
  assert.notEqual((await ask("What does delivery to Norway cost for 2 parcels?", semantic)).text, first.text);
});

test("an embedding model outside of the house is never shown a question", async () => {
  const shown: string[] = [];
  const ask = asker({ embedder: { ...embedder, handling: "public", embed: (texts, kind, signal, context) => (shown.push(...texts), embedder.embed(texts, kind, signal, context)) } });
  await ask("Which lamps are dimmable?", { cache: "semantic" });
  assert.deepEqual(shown, []);
});

test("nobody gets an answer of another tenant, of other rights, of another purpose or route", async () => {
  const ask = asker();
  const question = "What is the discount for partners?";
  const known = (await ask(question, { audiences: ["public", "partner"] })).text;
  assert.equal((await ask(question, { audiences: ["partner", "public"] })).text, known, "the order of rights says nothing");
  const others: Partial<CallContext>[] = [{ tenantId: "other", audiences: ["public", "partner"] }, { audiences: ["public"] }, { audiences: [] }, { audiences: ["public", "partner", "employee"] }, { audiences: ["public", "partner"], purpose: "gateway" }, { audiences: ["public", "partner"], apiKeyId: "key_2" }, { audiences: ["public", "partner"], route: "cheap" }];
  for (const context of others) for (const cache of ["exact", "semantic"] as const) assert.notEqual((await ask(question, { ...context, cache })).text, known, JSON.stringify(context));
});

test("other instructions, passages or settings are another question", async () => {
  const ask = asker();
  const question = "May I pay by invoice?";
  const known = (await ask(question)).text;
  const messages: ModelMessage[] = [{ role: "system", text: "You help. Passage: invoices only for companies." }, { role: "user", text: question }];
  for (const more of [{ messages }, { temperature: 1 }, { answerSchema: { type: "object" } }]) assert.notEqual((await ask(question, {}, more)).text, known);
});

test("one customer cannot get the answer of another, whatever they try", async () => {
  const personal: Partial<CallContext> = { contactId: "contact_ann", caseId: "case_1", dataClasses: ["personal"] };
  const question = "Where is my order?";
  const history: ModelMessage[] = [{ role: "system", text: "You help." }, { role: "user", text: "I am Ann." }, { role: "assistant", text: "Hello Ann." }, { role: "user", text: question }];
  const told: ModelMessage[] = [{ role: "system", text: "You help." }, { role: "tool", callId: "1", toolName: "find_order", text: "order 7 of Ann" }, { role: "user", text: question }];
  const placeholder: ModelMessage[] = [{ role: "system", text: "You help." }, { role: "user", text: "Where is the order of [EMAIL_1]?" }];
  for (const isDeclared of [false, true]) {
    const ask = asker({ settings: { similarity: 0.5, personal: isDeclared } });
    const ways: [Partial<CallContext>, Partial<ModelRequest>][] = [[personal, {}], [{ ...personal, dataClasses: [] }, { messages: history }], [{ ...personal, dataClasses: [] }, { messages: told }], [{ ...personal, dataClasses: [] }, { messages: placeholder }]];
    for (const [context, more] of ways) {
      for (const cache of ["exact", "semantic"] as const) {
        const anns = (await ask(question, { ...context, cache }, more)).text;
        const same = (await ask(question, { ...context, cache }, more)).text;
        assert.equal(same === anns, isDeclared, "kept for Ann herself only where that is declared");
        const bob = { ...context, cache, contactId: "contact_bob" };
        assert.notEqual((await ask(question, bob, more)).text, anns);
        assert.notEqual((await ask(question, { ...bob, caseId: "case_1", conversationId: "conv_ann" }, more)).text, anns);
        const { contactId: _, ...nobody } = bob;
        assert.notEqual((await ask(question, nobody, more)).text, anns, "nor somebody whom nobody knows");
        const { contactId: __, ...unsaid } = { ...bob, dataClasses: [] };
        assert.notEqual((await ask(question, unsaid)).text, anns, "nor a plain question");
      }
    }
  }
});

test("what was kept for a contact is forgotten with them, and nothing else", async () => {
  const ask = asker({ settings: { similarity: 0.95, personal: true } });
  const of = (contactId: string) => ask("Which lamp did I buy last?", { contactId, dataClasses: ["personal"] });
  const [eves, finns, everybodys] = [(await of("contact_eve")).text, (await of("contact_finn")).text, (await ask("Which lamps are round?")).text];
  assert.equal(await forgetCachedAnswers(database, "other", "contact_eve"), 0, "not for another tenant");
  assert.equal(await forgetCachedAnswers(database, "acme", "contact_eve"), 1);
  assert.notEqual((await of("contact_eve")).text, eves);
  assert.deepEqual([(await of("contact_finn")).text, (await ask("Which lamps are round?")).text], [finns, everybodys]);
});

test("a question that is one run of letters is read as quickly as others, and numbers in words still count", () => {
  const keyOf = (text: string) => cacheKey(requestOf({ messages: [{ role: "user", text }] }), false)?.partition;
  const from = performance.now();
  keyOf("a".repeat(300_000));
  keyOf("a-".repeat(150_000));
  assert.ok(performance.now() - from < 1_000);
  assert.equal(keyOf("is X-12b in stock"), keyOf("is it so that X-12b is in stock"));
  assert.notEqual(keyOf("is X-12b in stock"), keyOf("is X-13b in stock"));
});

test("a cache that fails costs a call, not the answer", async () => {
  const broken = () => Promise.reject(new Error("the cache is away"));
  const ask = asker({ cache: { find: broken, findNear: broken, keep: broken } });
  assert.match((await ask("Are you there?")).text, /Answer/);
  assert.equal(faults.length, 2);
});

test("every hit is told", () => {
  assert.ok(hits.includes("exact") && hits.includes("semantic"));
});
