import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { z } from "zod";
import { insertUser } from "../src/identity/identity.store.ts";
import { hashPassword } from "../src/identity/password.ts";
import { readModel } from "../src/intelligence/learning/intent-model.store.ts";
import { learnedExamples, openIntentLearning } from "../src/intelligence/learning/intent-learning.ts";
import { hashExamples } from "../src/intelligence/learning/merge-examples.ts";
import { decodeModel } from "../src/intelligence/learning/model-bytes.ts";
import { CONTRACT_CALL } from "../src/intelligence/understander.contract.ts";
import { correctionView, readingView, trainingView, understandingView, unsureMessage } from "../src/shapes/understanding.ts";
import { startTestApp, type TestApp } from "./start-test-app.ts";

const ODD = "the floofle of my snorkbox is wobbly, my mail is emma@example.com";

describe("teaching what messages mean", () => {
  let app: TestApp;
  let admin: Record<string, string>;
  before(async () => {
    app = await startTestApp();
    admin = await app.signIn();
  });
  after(() => app[Symbol.asyncDispose]());

  async function call<T extends z.ZodType>(shape: T, method: string, path: string, body?: unknown, headers = admin): Promise<z.output<T>> {
    const answer = await app.request(`/api/understanding${path}`, { method, headers: { ...headers, ...(body === undefined ? {} : { "content-type": "application/json" }) }, ...(body === undefined ? {} : { body: JSON.stringify(body) }) });
    const text = await answer.text();
    assert.ok(answer.ok, `${method} ${path}: ${answer.status} ${text}`);
    return shape.parse(text === "" ? null : JSON.parse(text));
  }
  const view = () => call(understandingView, "GET", "");
  const unsure = async () => (await call(z.object({ items: z.array(unsureMessage) }), "GET", "/unsure")).items;
  const readingOf = async (text: string) => (await call(readingView, "POST", "/readings", { text })).intents[0]?.name ?? null;
  const problemOf = async (method: string, path: string, body: unknown, headers = admin) => {
    const answer = await app.request(`/api/understanding${path}`, { method, headers: { ...headers, "content-type": "application/json" }, body: JSON.stringify(body) });
    return z.object({ status: z.number(), code: z.string() }).parse(await answer.json());
  };

  test("the figures are of the workspace's own examples, each read by a classifier that had not seen it", async () => {
    const { report, intents, by } = await view();
    assert.deepEqual(by, ["built-in"]);
    assert.ok(intents.some(({ name }) => name === "order_status"));
    assert.ok(report.examples > 150 && report.accuracy > 0.6 && report.calibrationError < 0.2, JSON.stringify({ ...report, confusion: 0, mistaken: 0, intents: 0 }));
    assert.equal(report.confusion.reduce((sum, { count }) => sum + count, 0), report.examples);
  });

  test("an unsure message is listed, corrected, learned, read rightly, and the training is undone", async () => {
    const visitor = await app.visit();
    await visitor.ask(ODD);
    const [message] = await unsure();
    assert.equal(message?.text, ODD);
    const made = await call(correctionView, "POST", "/corrections", { messageId: message.messageId, intent: "return_order" });
    assert.deepEqual([made.state, made.intent, made.readAs], ["waiting", "return_order", message.intents[0]?.name ?? null]);
    assert.equal(made.text, "the floofle of my snorkbox is wobbly, my mail is [EMAIL_1]");
    assert.deepEqual(await unsure(), []);

    assert.notEqual(await readingOf("my snorkbox floofle wobbly"), "return_order");
    const training = await call(trainingView, "POST", "/trainings");
    assert.deepEqual([training.learned, training.after.examples - training.before.examples, training.undoneAt], [1, 1, null]);
    assert.equal(await readingOf("the floofle of my snorkbox is wobbly"), "return_order");
    assert.deepEqual((await view()).corrections.map(({ state }) => state), ["learned"]);
    assert.equal((await problemOf("POST", "/trainings", {})).code, "intelligence.nothing_to_learn");

    await call(z.null(), "DELETE", `/trainings/${training.id}`);
    assert.notEqual(await readingOf("the floofle of my snorkbox is wobbly"), "return_order");
    const undone = await view();
    assert.deepEqual([undone.corrections.map(({ state }) => state), undone.trainings.map(({ undoneBy }) => undoneBy !== null)], [["waiting"], [true]]);
    assert.equal((await problemOf("DELETE", `/trainings/${training.id}`, {})).code, "intelligence.training_not_last");

    await call(z.null(), "DELETE", `/corrections/${made.id}`);
    assert.equal((await view()).corrections.length, 0);
    assert.equal((await unsure())[0]?.messageId, message.messageId);
  });

  test("another process takes over what was learned, and no start trains what was trained before", async () => {
    const { teaching } = app.running.app.understanding;
    const { database, clock, tenantId, intents } = teaching;
    const other = await openIntentLearning({ database, clock, log: app.running.app.log, tenantId, intents, entityPatterns: [], embedder: null, languageModel: null });
    const { messageId } = (await unsure())[0] ?? { messageId: "" };
    await call(correctionView, "POST", "/corrections", { messageId, intent: "return_order", text: "floofle snorkbox" });
    const training = await call(trainingView, "POST", "/trainings");
    await other.follow();
    const read = await other.understander.understand({ text: "my floofle snorkbox", recent: [], call: CONTRACT_CALL });
    assert.equal(read.intents[0]?.name, "return_order");
    await other.stop();
    const hash = hashExamples(await learnedExamples(teaching), null);
    const stored = await readModel(database, tenantId, hash);
    assert.ok(stored !== null && decodeModel(stored) !== null);
    // What is stored is read, not made: of bytes of an older form a new model is made.
    assert.equal(decodeModel(stored.slice(0, -4)), null);
    await call(z.null(), "DELETE", `/trainings/${training.id}`);
  });

  test("an unknown intent or message is refused, and agents correct but do not train", async () => {
    const { messageId } = (await unsure())[0] ?? (await view()).corrections[0] ?? { messageId: "" };
    assert.equal((await problemOf("POST", "/corrections", { messageId, intent: "buy_a_yacht" })).code, "intelligence.intent_unknown");
    assert.equal((await problemOf("POST", "/corrections", { messageId: "msg_nothing", intent: "return_order" })).code, "intelligence.message_unknown");
    await insertUser(app.running.app.database, { tenantId: "shop", id: "user_agent", email: "bo@example.com", name: "Bo", role: "agent", passwordHash: await hashPassword("a long password"), at: new Date() });
    const signed = await app.request("/api/session", { method: "POST", headers: { "content-type": "application/json", "x-baton-request": "1" }, body: JSON.stringify({ email: "bo@example.com", password: "a long password" }) });
    const agent = { cookie: (signed.headers.get("set-cookie") ?? "").split(";")[0] ?? "", "x-baton-request": "1" };
    assert.equal((await call(correctionView, "POST", "/corrections", { messageId, intent: "out_of_scope" }, agent)).state, "waiting");
    assert.equal((await problemOf("POST", "/trainings", {}, agent)).status, 403);
  });

  test("what was taught stands in the ledger, without texts", async () => {
    const entries = z.object({ items: z.array(z.object({ kind: z.string(), body: z.unknown() })) }).parse(await (await app.request("/api/ledger?limit=100", { headers: admin })).json()).items.filter(({ kind }) => kind.startsWith("understanding."));
    assert.deepEqual([...new Set(entries.map(({ kind }) => kind))].sort(), ["understanding.corrected", "understanding.correction_withdrawn", "understanding.learned", "understanding.undone"]);
    assert.ok(!JSON.stringify(entries).includes("floofle"));
  });
});
