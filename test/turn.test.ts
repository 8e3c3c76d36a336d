import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import pg from "pg";
import { z } from "zod";
import { makeDirectToolsShop } from "./direct-tools-shop.ts";
import { vouchFor, startTestApp, type TestApp } from "./start-test-app.ts";

async function until(isTrue: () => Promise<boolean>): Promise<void> {
  for (let tries = 0; tries < 400; tries += 1) {
    if (await isTrue()) return;
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
  throw new Error("waited 10 s in vain");
}

describe("a turn on the built-in answerer", () => {
  let app: TestApp;
  let sql: pg.Client;
  let shop: Awaited<ReturnType<typeof makeDirectToolsShop>>;
  before(async () => {
    shop = await makeDirectToolsShop();
    app = await startTestApp({ env: { BATON_WORKSPACE: shop.folder } });
    sql = new pg.Client({ connectionString: app.databaseUrl });
    await sql.connect();
  });
  after(async () => {
    await sql.end();
    await app[Symbol.asyncDispose]();
    await shop[Symbol.asyncDispose]();
  });
  const rows = async (text: string, values: unknown[] = []) => (await sql.query<Record<string, unknown>>(text, values)).rows;

  test("a question is answered in the articles' own sentences, cited", async () => {
    const visit = await app.visit();
    const { reply } = await visit.ask("How long do I have to return something I bought?");
    assert.match(reply?.text ?? "", /30 days/);
    const citation = reply?.citations[0];
    assert.ok(citation);
    const document = await (await app.request(`/api/chat/documents/${citation.documentId}`, { headers: visit.headers })).json();
    assert.ok(typeof document === "object" && document !== null && "text" in document && String(document.text).includes(citation.quote), "the quote stands in the article as it is");
  });

  test("every stage of the turn is in its trace, by name and in order", async () => {
    const visit = await app.visit();
    const { reply } = await visit.ask("Do you ship to Norway?");
    const [turn] = await rows("select stages, status from turn where id = $1", [reply?.turnId]);
    const stages = Array.isArray(turn?.["stages"]) ? turn["stages"].map((stage: { stage: string }) => stage.stage) : [];
    assert.deepEqual(stages, ["receive", "identify", "authorize", "redact", "understand", "decide", "act", "compose", "verify", "deliver", "record"]);
  });

  test("what the articles do not hold is said so and handed off", async () => {
    const visit = await app.visit();
    const { reply } = await visit.ask("What is the population of Norway?");
    assert.match(reply?.text ?? "", /could not find a reliable answer/);
    const [conversation] = await rows("select holder from conversation where id = $1", [visit.conversationId]);
    assert.equal(conversation?.["holder"], "queue");
    const [handoff] = await rows("select reason, summary from handoff where conversation_id = $1", [visit.conversationId]);
    assert.equal(handoff?.["reason"], "evidence.missing");
  });

  test("an order is looked up for its own verified customer, and cancelled once", async () => {
    const visit = await app.visit("emma.larsson@example.com");
    assert.match((await visit.ask("where is order 1042?")).reply?.text ?? "", /Order 1042/);
    assert.match((await visit.ask("cancel it")).reply?.text ?? "", /Shall I do this/, "which order was only inferred");
    assert.match((await visit.ask("yes")).reply?.text ?? "", /1042 is cancelled/);
    assert.equal((await rows("select status from shop.orders where order_number = 1042"))[0]?.["status"], "cancelled");
    assert.equal((await rows("select 1 from shop.effects where order_number = 1042")).length, 1);
    assert.match((await visit.ask("please cancel order 1042")).reply?.text ?? "", /cancel/i);
    assert.equal((await rows("select 1 from shop.effects where order_number = 1042")).length, 1, "a second wish has no second effect");
  });

  test("somebody else's order looks like one that does not exist", async () => {
    const visit = await app.visit("jonas.weber@example.com");
    const theirs = (await visit.ask("where is order 1043?")).reply?.text ?? "";
    const nobodys = (await visit.ask("where is order 2999?")).reply?.text ?? "";
    assert.equal(theirs.replace("1043", "N"), nobodys.replace("2999", "N"));
    assert.ok(!theirs.includes("PostNord"));
  });

  test("what a message forbids is not done, and stop ends an open question", async () => {
    const visit = await app.visit("jonas.weber@example.com");
    for (const text of ["don't cancel order 1048", "please do not cancel order 1048 yet", "never cancel my order 1048"]) assert.match((await visit.ask(text)).reply?.text ?? "", /not changed anything/, text);
    assert.match((await visit.ask("change the delivery address of order 1048")).reply?.text ?? "", /new address/);
    assert.match((await visit.ask("stop, don't do that")).reply?.text ?? "", /not changed anything/);
    assert.equal((await rows("select status from shop.orders where order_number = 1048"))[0]?.["status"], "processing");
  });

  test("an address in the message is taken from it and put back for the shop", async () => {
    const visit = await app.visit("jonas.weber@example.com");
    await visit.ask("change the delivery address of order 1048");
    assert.match((await visit.ask("12 Baker Street, London NW1 6XE, United Kingdom")).reply?.text ?? "", /12 Baker Street.*yes/s);
    await visit.ask("yes");
    assert.match(String((await rows("select shipping_address from shop.orders where order_number = 1048"))[0]?.["shipping_address"]), /12 Baker Street/);
  });

  test("of two orders in one message the one that the action names is meant, or it is asked", async () => {
    const visit = await app.visit("jonas.weber@example.com");
    const both = (await visit.ask("Where is order 1047?\nPlease cancel order 1048")).reply?.text ?? "";
    assert.match(both, /1048 is cancelled/);
    assert.ok(!/1047 is cancelled/.test(both));
    await visit.ask("cancel 1046 and 1047 or only one of them");
    assert.equal((await rows("select 1 from shop.effects where order_number in (1046, 1047)")).length, 0, "what is unclear is not done");
  });

  test("an unverified visitor is asked to sign in, and no tool runs", async () => {
    const visit = await app.visit();
    assert.match((await visit.ask("cancel order 1046")).reply?.text ?? "", /sign/i);
    assert.equal((await rows("select 1 from tool_call where conversation_id = $1", [visit.conversationId])).length, 0);
  });

  test("a refund waits for a yes, and a no changes nothing", async () => {
    const visit = await app.visit("emma.larsson@example.com");
    assert.match((await visit.ask("I want a refund for order 1044")).reply?.text ?? "", /yes/);
    assert.match((await visit.ask("no")).reply?.text ?? "", /not changed anything/);
    assert.equal((await rows("select 1 from shop.refunds where order_number = 1044")).length, 0);
    await visit.ask("refund order 1044 please");
    assert.match((await visit.ask("yes")).reply?.text ?? "", /refunded €89\.90/);
    assert.equal((await rows("select 1 from shop.refunds where order_number = 1044")).length, 1);
  });

  test("a refund above the limit waits for a colleague, as the policy asks", async () => {
    const visit = await app.visit("emma.larsson@example.com");
    assert.match((await visit.ask("refund order 1045")).reply?.text ?? "", /yes/);
    assert.match((await visit.ask("yes")).reply?.text ?? "", /I have asked a colleague to approve this: refund order 1045/i);
    assert.equal((await rows("select 1 from shop.refunds where order_number = 1045")).length, 0);
    assert.deepEqual(await rows("select 1 from handoff where conversation_id = $1 and status = 'open'", [visit.conversationId]), []);
    assert.deepEqual(await rows("select status, policy_rules from approval where conversation_id = $1", [visit.conversationId]), [{ status: "waiting", policy_rules: ["refund.above_limit", "refund.in_time"] }]);
  });

  test("messages that arrive while an answer is being made are answered once, as one", async () => {
    const visit = await app.visit();
    const goOn = app.holdTurns();
    const first = visit.ask("Hi, I have a question:", "burst-message-1");
    await until(async () => (await rows("select 1 from turn where conversation_id = $1", [visit.conversationId])).length === 1);
    const more = [visit.ask("it is about my jacket.", "burst-message-2"), visit.ask("How do I wash a down jacket?", "burst-message-3")];
    await until(async () => (await rows("select 1 from inbox where conversation_id = $1", [visit.conversationId])).length === 3);
    goOn();
    const answers = await Promise.all([first, ...more]);
    assert.equal(new Set(answers.map((answer) => answer.reply?.id)).size, 1, "all three get the one reply");
    assert.match(answers[0]?.reply?.text ?? "", /down|wash/i);
    assert.equal((await rows("select 1 from message where conversation_id = $1 and author = 'ai'", [visit.conversationId])).length, 1);
    assert.equal((await rows("select distinct turn_id from inbox where conversation_id = $1", [visit.conversationId])).length, 1);
  });

  test("a message is answered or handed over wherever its characters fall", async () => {
    for (const text of [`a${"😀".repeat(45)}`, `a${"😀".repeat(100)}`, `${"😀".repeat(40)} what is this`]) {
      const visit = await app.visit();
      assert.ok((await visit.ask(text)).reply, text.slice(0, 3));
      assert.deepEqual(await rows("select 1 from turn where conversation_id = $1 and (status not in ('replied', 'handed_off') or reason like 'turn.failed%')", [visit.conversationId]), []);
    }
  });

  test("an anonymous visit's token stores no message once the visit is a verified person's", async () => {
    const visit = await app.visit();
    const send = (headers: Record<string, string>, id: string) => app.request("/api/chat/messages", { method: "POST", headers: { ...headers, "content-type": "application/json" }, body: JSON.stringify({ id, text: "Which payment methods do you take?" }) });
    assert.equal((await send(visit.headers, "while-anonymous")).status, 202);
    const identityToken = await vouchFor(app.running, "somebody.new@example.com");
    const renewed = await app.request("/api/chat/session", { method: "POST", headers: { ...visit.headers, "content-type": "application/json" }, body: JSON.stringify({ identityToken }) });
    assert.equal(renewed.status, 201);
    const refused = await send(visit.headers, "with-the-old-token");
    assert.deepEqual([refused.status, (await rows("select 1 from inbox where conversation_id = $1", [visit.conversationId])).length], [401, 1]);
    const { token } = z.object({ token: z.string() }).parse(await renewed.json());
    assert.equal((await send({ authorization: `Bearer ${token}` }, "with-the-new-token")).status, 202);
  });

  test("the same message sent five times at once is one message with one reply", async () => {
    const visit = await app.visit();
    const answers = await Promise.all(Array.from({ length: 5 }, () => visit.ask("Which payment methods do you take?", "the-same-message")));
    assert.equal(new Set(answers.map((answer) => answer.message.id)).size, 1);
    assert.equal((await rows("select 1 from message where conversation_id = $1 and author = 'contact'", [visit.conversationId])).length, 1);
    assert.equal((await rows("select 1 from message where conversation_id = $1 and author = 'ai'", [visit.conversationId])).length, 1);
  });

  test("an internal article is never shown to a customer", async () => {
    const visit = await app.visit("asks.about.internals@example.com");
    const [internal] = await rows("select id from document where audience = '{employee}' limit 1");
    assert.ok(internal);
    assert.equal((await app.request(`/api/chat/documents/${String(internal["id"])}`, { headers: visit.headers })).status, 404);
    const { reply } = await visit.ask("What are your internal goodwill limits for refunds?");
    assert.ok(reply);
    const cited = reply.citations.map((citation) => citation.documentId);
    const audiences = await rows("select audience from document where id = any($1)", [cited]);
    assert.ok(audiences.every((row) => !String(row["audience"]).includes("employee")));
  });

  test("danger is handed to a person at once", async () => {
    const visit = await app.visit();
    const { reply } = await visit.ask("The stove caught fire and my hand is burned, I'm going to sue you");
    assert.match(reply?.text ?? "", /colleague/);
    assert.match(String((await rows("select reason from handoff where conversation_id = $1", [visit.conversationId]))[0]?.["reason"]), /^risk\./);
  });

  test("a new request outranks the question the assistant has put", async () => {
    const visit = await app.visit("jonas.weber@example.com");
    assert.match((await visit.ask("I want to change the delivery address of my order")).reply?.text ?? "", /\?|send me/i);
    assert.match((await visit.ask("Where is order 1047?")).reply?.text ?? "", /Order 1047/);
    await visit.ask("I want to change the delivery address of order 1047");
    assert.match((await visit.ask("I want to speak to a human being please")).reply?.text ?? "", /colleague/);
  });
});
