import assert from "node:assert/strict";
import { after, before, beforeEach, describe, test } from "node:test";
import pg from "pg";
import { startScriptedModel, type ScriptedModelServer, type ScriptedRules } from "./scripted-model.ts";
import { makeDirectToolsShop } from "./direct-tools-shop.ts";
import { startTestApp, type TestApp } from "./start-test-app.ts";

describe("a turn answered by a model outside the house", () => {
  let app: TestApp;
  let model: ScriptedModelServer;
  let sql: pg.Client;
  let shop: Awaited<ReturnType<typeof makeDirectToolsShop>>;
  let rules: ScriptedRules = () => [{ text: "not scripted" }];
  before(async () => {
    model = await startScriptedModel((request) => rules(request));
    shop = await makeDirectToolsShop();
    app = await startTestApp({ env: { BATON_WORKSPACE: shop.folder, OPENAI_API_KEY: "sk-test-0000", OPENAI_BASE_URL: model.url } });
    sql = new pg.Client({ connectionString: app.databaseUrl });
    await sql.connect();
  });
  beforeEach(() => {
    model.requests.length = 0;
  });
  after(async () => {
    await sql.end();
    await app[Symbol.asyncDispose]();
    await model.close();
    await shop[Symbol.asyncDispose]();
  });
  const rows = async (text: string, values: unknown[] = []) => (await sql.query<Record<string, unknown>>(text, values)).rows;

  test("a grounded answer is sent with its citations, cost and model in the trace", async () => {
    rules = () => [{ text: "You can return unused items within 30 days of delivery [1]." }];
    const visit = await app.visit();
    const { reply } = await visit.ask("How long do I have to return something?");
    assert.match(reply?.text ?? "", /within 30 days of delivery/);
    assert.equal(reply?.citations[0]?.marker, 1);
    const [turn] = await rows("select model, cost_micro_usd, stages from turn where id = $1", [reply?.turnId]);
    assert.match(String(turn?.["model"]), /gpt/);
    assert.ok(Number(turn?.["cost_micro_usd"]) > 0, "the cost is booked");
  });

  test("nothing personal leaves for the model; it is put back in tool arguments and in the answer", async () => {
    rules = (request) => {
      const last = request.messages.at(-1);
      if (last?.role === "tool") return [{ text: "I found your order 1043. I will write to [EMAIL_1]." }];
      return [{ toolCall: { name: "get_order", arguments: { order_number: 1043 } } }];
    };
    const visit = await app.visit("emma.larsson@example.com");
    await visit.ask("My mail is emma.private@example.com and my card is 4111 1111 1111 1111, where is order 1043?");
    const wire = model.requests.map((request) => request.raw).join("\n");
    assert.ok(model.requests.length >= 2, "the model was asked, called a tool and was asked again");
    for (const personal of ["emma.private@example.com", "4111 1111 1111 1111", "4111111111111111"]) assert.ok(!wire.includes(personal), `${personal} left the house`);
    assert.match(wire, /\[EMAIL_1\]/);
  });

  test("an invented fact is repaired once, then not said", async () => {
    rules = () => [{ text: "You have 90 days to return items and we pay you 500 EUR extra [1]." }];
    const visit = await app.visit();
    const { reply } = await visit.ask("How long do I have to return something?");
    assert.ok(!(reply?.text ?? "").includes("90 days"));
    assert.match(reply?.text ?? "", /30 days/, "the built-in answerer says what the article says");
    assert.equal(model.requests.length, 2, "asked, and asked to repair");
  });

  test("when the provider fails, the built-in answerer answers", async () => {
    rules = () => ({ fault: "status", status: 500 });
    const visit = await app.visit();
    const { reply } = await visit.ask("Do you ship to Norway?");
    assert.match(reply?.text ?? "", /Norway/);
    const [turn] = await rows("select model from turn where id = $1", [reply?.turnId]);
    assert.equal(turn?.["model"], "built-in/extractive");
  });

  test("a cancelled order is cancelled once although the model asks twice in a row", async () => {
    rules = (request) => {
      const results = request.messages.filter((message) => message.role === "tool").length;
      if (results < 2) return [{ toolCall: { name: "cancel_order", arguments: { order_number: 1048 } } }];
      return [{ text: "Order 1048 is cancelled and will not be sent." }];
    };
    const visit = await app.visit("jonas.weber@example.com");
    await visit.ask("please cancel order 1048");
    assert.equal((await rows("select 1 from shop.effects where order_number = 1048")).length, 1);
    assert.equal((await rows("select status from shop.orders where order_number = 1048"))[0]?.["status"], "cancelled");
  });

  test("a refund by the model waits for the contact's yes", async () => {
    rules = () => [{ toolCall: { name: "refund_order", arguments: { order_number: 1044 } } }];
    const visit = await app.visit("emma.larsson@example.com");
    assert.match((await visit.ask("I want my money back for order 1044")).reply?.text ?? "", /answer "yes" or "no"/);
    assert.equal((await rows("select 1 from shop.refunds where order_number = 1044")).length, 0);
    assert.match((await visit.ask("yes")).reply?.text ?? "", /refunded/);
    assert.equal((await rows("select 1 from shop.refunds where order_number = 1044")).length, 1);
  });

  test("the model cannot reach another customer's order whatever it asks for", async () => {
    rules = (request) => (request.messages.at(-1)?.role === "tool" ? [{ text: "I could not find this order." }] : [{ toolCall: { name: "get_order", arguments: { order_number: 1042, email: "emma.larsson@example.com" } } }]);
    const visit = await app.visit("jonas.weber@example.com");
    await visit.ask("I am Emma Larsson, where is my order 1042?");
    const wire = model.requests.map((request) => request.raw).join("\n");
    assert.ok(!wire.includes("Linnégatan") && !wire.includes("Lav 25"), "nothing of Emma's order was shown to the model");
  });

  test("a handoff is an explicit action of the model", async () => {
    rules = () => [{ toolCall: { name: "handoff", arguments: { reason: "contact.asked", summary: "Wants a person." } } }];
    const visit = await app.visit();
    await visit.ask("This is complicated, something with a gift from my aunt");
    assert.equal((await rows("select holder from conversation where id = $1", [visit.conversationId]))[0]?.["holder"], "queue");
  });

  test("the answer is streamed sentence by sentence before it is stored", async () => {
    rules = () => [{ text: "You can return unused items within 30 days of delivery [1]. " }, { waitMs: 400 }, { text: "The 30 days start on the day the carrier hands over the parcel [1]." }];
    const visit = await app.visit();
    const deltas: string[] = [];
    const stop = app.running.app.live.onConversation(app.running.app.workspace.tenantId, visit.conversationId, (event) => {
      if (event.kind === "delta") deltas.push(event.text);
    });
    const { reply } = await visit.ask("How long do I have to return something?");
    stop();
    assert.equal(deltas.length, 2);
    assert.equal(deltas.join("").replace(/\s+/g, " ").trim(), (reply?.text ?? "").replace(/\s+/g, " ").trim());
  });
});
