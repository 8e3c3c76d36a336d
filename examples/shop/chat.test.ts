import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import pg from "pg";
import { z } from "zod";
import { startTestApp, until, type TestApp, type Visit } from "../../test/start-test-app.ts";

const approvals = z.object({ items: z.array(z.object({ id: z.string(), conversationId: z.string(), describedAs: z.string(), callHash: z.string() })) });
const EMMA = "emma.larsson@example.com";

/** What customers wish for in the chat, over HTTP, as far as the rows of the shop's own database. */
describe("the shop's chat", () => {
  let app: TestApp;
  let sql: pg.Client;
  before(async () => {
    app = await startTestApp();
    sql = new pg.Client({ connectionString: app.databaseUrl });
    await sql.connect();
  });
  after(async () => {
    await sql.end();
    await app[Symbol.asyncDispose]();
  });
  const rows = async (text: string, values: unknown[] = []) => (await sql.query<Record<string, unknown>>(text, values)).rows;
  const statusOf = async (order: number) => (await rows("select status from shop.orders where order_number = $1", [order]))[0]?.["status"];
  const effectsOn = async (order: number) => (await rows("select 1 from shop.effects where order_number = $1", [order])).length;
  const runsOf = (visit: Visit, name: string) => rows("select status from workflow_run where conversation_id = $1 and name = $2 order by started_at", [visit.conversationId, name]);
  const told = async (visit: Visit) => (await rows("select body from message where conversation_id = $1 and author = 'ai' order by seq", [visit.conversationId])).map((row) => String(row["body"]));
  const say = async (visit: Visit, text: string) => (await visit.ask(text)).reply?.text ?? "";
  /** A customer with orders of the given states, each €90.00, who has asked for nothing yet. */
  let customers = 10;
  const someone = async (...states: readonly ("processing" | "delivered" | "old")[]) => {
    customers += 1;
    const email = `someone.${customers}@example.com`;
    await rows("update shop.customers set email = $2 where customer_id = $1", [customers, email]);
    await rows("update shop.orders set customer_id = 9 where customer_id = $1", [customers]);
    const orders = (await rows("select order_number from shop.orders where (customer_id = 9 or customer_id > 40) and order_number not in (select order_number from shop.effects) order by order_number limit $1", [states.length])).map((row) => Number(row["order_number"]));
    assert.equal(orders.length, states.length, "the demo data has too few orders");
    for (const [place, state] of states.entries()) {
      const days = state === "processing" ? null : state === "old" ? 45 : 2;
      await rows(
        "update shop.orders set customer_id = $2, status = $3, currency = 'EUR', items_cents = 9000, shipping_cents = 0, total_cents = 9000, shipped_at = now() - make_interval(days => $4::int + 2), delivered_at = now() - make_interval(days => $4::int), returned_at = null, cancelled_at = null where order_number = $1",
        [orders[place], customers, state === "processing" ? "processing" : "delivered", days],
      );
    }
    return { visit: await app.visit(email), one: orders[0] ?? 0, other: orders[1] ?? 0 };
  };

  it("a large refund is asked for, approved by a colleague, paid exactly once and told", async () => {
    const emma = await app.visit(EMMA);
    assert.match(await say(emma, "I want my money back for order 1045"), /€420\.00.*released by a colleague.*Shall I ask them/);
    assert.match(await say(emma, "yes please"), /asked a colleague to release €420\.00 for order 1045/);
    const cookie = await app.signIn();
    const waiting = async () => approvals.parse(await (await app.request(`/api/approvals?status=waiting&conversationId=${emma.conversationId}`, { headers: cookie })).json()).items;
    await until(async () => (await waiting()).length === 1);
    const [asked] = await waiting();
    assert.match(asked?.describedAs ?? "", /^Refund order 1045 in full/);
    assert.equal(await effectsOn(1045), 0, "nothing is paid before it is allowed");

    // Meanwhile the customer asks something else, and asks for the same once more.
    assert.match(await say(emma, "Do you ship to Norway?"), /Norway/);
    assert.match(await say(emma, "I want my money back for order 1045"), /still working on this/);

    const decide = () => app.request(`/api/approvals/${asked?.id ?? ""}/decision`, { method: "POST", headers: { "content-type": "application/json", ...cookie }, body: JSON.stringify({ decision: "approved", callHash: asked?.callHash }) });
    await Promise.all([decide(), decide()]);
    await until(async () => (await told(emma)).some((text) => text.startsWith("I have refunded €420.00 for order 1045")));
    await until(async () => (await runsOf(emma, "refund"))[0]?.["status"] === "completed");
    assert.deepEqual(await rows("select amount_cents from shop.refunds where order_number = 1045"), [{ amount_cents: 42_000 }]);
    assert.deepEqual([await statusOf(1045), await effectsOn(1045), (await runsOf(emma, "refund")).length], ["returned", 1, 1]);
    assert.equal((await told(emma)).filter((text) => text.startsWith("I have refunded")).length, 1);
  });

  it("a small refund needs the customer's yes alone, and a second wish pays nothing more", async () => {
    const emma = await app.visit(EMMA);
    assert.match(await say(emma, "refund order 1044"), /Shall I refund €89\.90 for order 1044/);
    assert.match(await say(emma, "yes"), /I have refunded €89\.90/);
    assert.match(await say(emma, "refund order 1044"), /Order 1044 .* was returned/);
    assert.equal(await effectsOn(1044), 1);
  });

  it("the order just spoken of is the one that is cancelled, after a yes, once", async () => {
    const emma = await app.visit(EMMA);
    assert.match(await say(emma, "Where is order 1042?"), /Order 1042 .* is being prepared/);
    assert.match(await say(emma, "cancel it"), /Shall I cancel order 1042 \(€109\.80\)\?.*address is wrong.*cheaper/);
    assert.match(await say(emma, "How do I wash a down jacket?"), /wash[\s\S]*Back to my question: Shall I cancel order 1042/i);
    assert.match(await say(emma, "yes"), /Order 1042 is cancelled/);
    assert.deepEqual([await statusOf(1042), await effectsOn(1042)], ["cancelled", 1]);
  });

  it("who changes their mind is left alone, wherever they are asked", async () => {
    const { visit, one } = await someone("processing", "processing");
    assert.match(await say(visit, `Please cancel order ${one}`), new RegExp(`Shall I cancel order ${one}`));
    assert.match(await say(visit, "no, forget it"), new RegExp(`order ${one} stays as it is`));
    assert.match(await say(visit, `please don't cancel order ${one}`), /not changed anything/);
    assert.equal(await statusOf(one), "processing");
    assert.deepEqual(await rows("select 1 from handoff where conversation_id = $1", [visit.conversationId]), []);
  });

  it("without a number the orders are shown, several are taken one by one, and a wrong one is asked for again", async () => {
    const { visit, one, other } = await someone("delivered", "old");
    assert.match(await say(visit, "I want my money back"), new RegExp(`Which order shall I refund\\? You have 2 orders: .*${one}`));
    assert.match(await say(visit, "never mind"), /not refunded anything/);
    assert.match(await say(visit, `return ${one} and ${other}`), /Which order do you want to send back\? You mention several/);
    assert.match(await say(visit, `${other} please`), /30 days .* have passed/);
    assert.match(await say(visit, `I want to return order ${one}`), new RegExp(`Let us settle order ${other} first`));
    assert.match(await say(visit, "no"), /stays as it is/);
    assert.match(await say(visit, "I want a refund for order 1045"), /could not find order 1045 in your account.*Which number is it\?/);
    assert.match(await say(visit, `sorry, it is ${one}`), new RegExp(`Shall I refund €90\\.00 for order ${one}`));
    assert.match(await say(visit, "no"), /not refunded anything/);
    assert.equal(await effectsOn(one), 0);
  });

  it("a return is money or an exchange, and after 30 days a colleague's", async () => {
    const { visit, one, other } = await someone("delivered", "old");
    assert.match(await say(visit, `I want to return order ${one}`), /your money \(€90\.00\), or an exchange/);
    assert.match(await say(visit, "my money back please"), /refunded €90\.00 .* label/);
    assert.deepEqual([await statusOf(one), await effectsOn(one)], ["returned", 1]);
    assert.match(await say(visit, `I want to return order ${other}`), /30 days .* have passed/);
    assert.match(await say(visit, "yes"), /colleague/);
    assert.equal((await rows("select reason from handoff where conversation_id = $1", [visit.conversationId]))[0]?.["reason"], "return.too_late");
  });

  it("who only asks where a late order is gets it looked after, once", async () => {
    const emma = await app.visit(EMMA);
    assert.match(await say(emma, "where is order 1049?"), /should have arrived by .* so it is late/);
    await until(async () => (await told(emma)).some((text) => text.startsWith("I am sorry about the delay. I will look again in three days")));
    assert.match(await say(emma, "Where is my order 1049?"), /it is late/);
    assert.match(await say(emma, "My order 1049 is late, please chase it"), /still working on this/);
    assert.equal((await runsOf(emma, "delayed-order")).length, 1);
    assert.match(await say(emma, "where is order 1043?"), /should arrive by/);
    assert.equal((await runsOf(emma, "delayed-order")).length, 1, "an order in time begins nothing");
  });

  it("a visitor who has not signed in is asked to, and nothing begins", async () => {
    const visitor = await app.visit();
    for (const wish of ["I want my money back for order 1044", "I want to return order 1044", "cancel my order", "where is order 1049?"]) assert.match(await say(visitor, wish), /sign(ed)? in/);
    assert.deepEqual(await rows("select 1 from workflow_run where conversation_id = $1", [visitor.conversationId]), []);
  });

  it("a wish in two messages that come at once begins one run", async () => {
    const { visit, one } = await someone("processing", "processing");
    const goOn = app.holdTurns();
    const both = [visit.ask("Hello, I want to cancel my order please"), visit.ask(`it is order ${one}`)];
    await until(async () => (await rows("select 1 from inbox where conversation_id = $1", [visit.conversationId])).length === 2);
    goOn();
    await Promise.all(both);
    await until(async () => (await told(visit)).some((text) => text.includes("Shall I cancel order")));
    assert.equal((await runsOf(visit, "cancellation")).length, 1);
    assert.match(await say(visit, "I found it cheaper elsewhere"), /matching the price/);
    assert.equal(await statusOf(one), "processing");
  });
});
