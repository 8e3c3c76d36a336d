import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { takeOver } from "../src/handoff/hold-conversation.ts";
import { findApproval } from "../src/tools/approvals/approval.store.ts";
import { startApprovalsShop, type ApprovalsShop } from "./approvals-shop.ts";
import { until } from "./start-test-app.ts";

const TENANT = "shop";

describe("a call that people have to approve, asked for in a turn", () => {
  let shop: ApprovalsShop;
  before(async () => void (shop = await startApprovalsShop()));
  after(() => shop[Symbol.asyncDispose]());
  const parts = () => shop.app.running.app;
  const refunds = async (order: number) => (await shop.sql.query("select 1 from shop.refunds where order_number = $1", [order])).rows.length;

  test("the turn ends honestly, other questions are answered meanwhile, and a yes makes the call and tells the contact", async () => {
    const ben = await shop.person("ben", "agent");
    const visit = await shop.app.visit("emma.larsson@example.com");
    const asked = await visit.ask("Please cancel order 1042");
    assert.match(asked.reply?.text ?? "", /I have asked a colleague to approve this: .*1042.*I will write as soon as it is decided/s);
    const [approval] = await shop.waiting(visit.conversationId);
    assert.ok(approval);
    assert.deepEqual([approval.tool, approval.arguments, approval.said, approval.reason, approval.policy_rules[0]], ["cancel_order", { order_number: 1042 }, "Please cancel order 1042", "A colleague looks at every cancellation.", "cancel.asked"]);
    assert.match((await visit.ask("Do you ship to Norway?")).reply?.text ?? "", /Norway/);
    assert.deepEqual(await shop.cancelled(), []);
    await shop.decide(ben, approval);
    const said = await shop.said(visit.conversationId, (texts) => texts.length === 3);
    assert.match(said[2] ?? "", /^A colleague has approved it\. /);
    assert.deepEqual(await shop.cancelled(), [1042]);
    const called = (await shop.ledger()).find((entry) => entry.kind === "tool.called" && entry.body["tool"] === "cancel_order");
    assert.deepEqual([called?.actor, called?.body["status"], called?.body["approvalId"], called?.body["approvedBy"]], [`HumanAgent:${ben.userId}`, "ok", approval.id, [`user:${ben.userId}`]]);
  });

  test("a no is told, and nothing is done", async () => {
    const ada = await shop.person("ada", "agent");
    const visit = await shop.app.visit("jonas.weber@example.com");
    await visit.ask("please cancel order 1048");
    const [approval] = await shop.waiting(visit.conversationId);
    assert.ok(approval);
    await shop.decide(ada, approval, "refused");
    const said = await shop.said(visit.conversationId, (texts) => texts.length === 2);
    assert.match(said[1] ?? "", /decided against it, so it was not done/);
    assert.ok(!(await shop.cancelled()).includes(1048));
  });

  test("two people have to say yes; each says it once, and the one who asks for nothing else may not count twice", async () => {
    const [ann, bob] = [await shop.person("ann", "agent"), await shop.person("bob", "agent")];
    const visit = await shop.app.visit("emma.larsson@example.com");
    await visit.ask("I want a refund for order 1044");
    assert.match((await visit.ask("yes")).reply?.text ?? "", /asked a colleague to approve/);
    const [approval] = await shop.waiting(visit.conversationId);
    assert.ok(approval);
    assert.equal((await shop.decide(ann, approval)).status, "waiting");
    assert.equal((await shop.decide(ann, approval)).status, "waiting", "said again, counted once");
    assert.equal((await refunds(1044)), 0);
    assert.equal((await shop.decide(bob, approval)).status, "approved");
    await until(async () => (await refunds(1044)) === 1);
    await assert.rejects(shop.decide(ann, approval, "refused"), { code: "approvals.over" });
  });

  test("the same wish again while it waits asks nobody twice", async () => {
    const visit = await shop.app.visit("jonas.weber@example.com");
    await visit.ask("please cancel order 1048");
    assert.match((await visit.ask("please cancel order 1048")).reply?.text ?? "", /A colleague is looking at this already/);
    assert.equal((await shop.waiting(visit.conversationId)).length, 1);
  });

  test("what the contact takes back is not done, and can no longer be approved", async () => {
    const kim = await shop.person("kim", "agent");
    const visit = await shop.app.visit("jonas.weber@example.com");
    const [approval] = await shop.waiting(visit.conversationId);
    assert.ok(approval);
    assert.match((await visit.ask("Oh, never mind, forget it")).reply?.text ?? "", /I have taken that back, and nothing was done: .*1048/);
    await assert.rejects(shop.decide(kim, approval), { code: "approvals.over", message: /taken back/ });
    assert.ok(!(await shop.cancelled()).includes(1048));
    assert.ok((await shop.ledger()).some((entry) => entry.kind === "approval.attempt_refused" && entry.actor === `user:${kim.userId}` && entry.body["code"] === "approvals.over"));
    await until(async () => (await shop.sql.query("select 1 from tool_call where status = 'waiting'")).rows.length === 0);
  });

  test("a case that is closed takes its requests back", async () => {
    const visit = await shop.app.visit("jonas.weber@example.com");
    await visit.ask("please cancel order 1048");
    const [approval] = await shop.waiting(visit.conversationId);
    const staff = await shop.app.signIn();
    assert.equal((await shop.app.request(`/api/conversations/${visit.conversationId}/resolve`, { method: "POST", headers: { "content-type": "application/json", ...staff }, body: "{}" })).status, 200);
    assert.equal((await findApproval(parts().database, TENANT, approval?.id ?? ""))?.status, "withdrawn");
  });

  test("nobody decides in time: the contact is told, and a person takes over", async () => {
    const visit = await shop.app.visit("jonas.weber@example.com");
    await visit.ask("please cancel order 1048");
    const [approval] = await shop.waiting(visit.conversationId);
    await shop.sql.query("update approval set deadline_at = now() + interval '0.5 s' where id = $1", [approval?.id]);
    // The wait is begun anew with the new deadline, as after a restart.
    await shop.app.running.app.workflows.approvals.engine().send({ service: "approval", handler: "settle", input: { tenantId: TENANT, approvalId: approval?.id } });
    const said = await shop.said(visit.conversationId, (texts) => texts.some((text) => text.includes("Nobody could decide in time")));
    assert.match(said.at(-1) ?? "", /passing you to a colleague/);
    assert.deepEqual((await shop.sql.query("select holder from conversation where id = $1", [visit.conversationId])).rows, [{ holder: "queue" }]);
    assert.deepEqual((await shop.sql.query("select reason from handoff where conversation_id = $1 and status = 'waiting'", [visit.conversationId])).rows, [{ reason: "approval.expired" }]);
  });

  test("while a person holds the conversation an approved call is made, and the AI says nothing", async () => {
    const lea = await shop.person("lea", "agent");
    const other = (await shop.sql.query<{ number: number; email: string }>("select o.order_number as number, c.email from shop.orders o join shop.customers c on c.customer_id = o.customer_id where o.status = 'processing' and o.order_number not in (1042, 1048) limit 1")).rows[0];
    assert.ok(other);
    const visit = await shop.app.visit(other.email);
    await visit.ask(`please cancel order ${other.number}`);
    const [approval] = await shop.waiting(visit.conversationId);
    assert.ok(approval);
    await takeOver(parts().handoff, lea, visit.conversationId);
    await shop.decide(lea, approval);
    await until(async () => (await shop.cancelled()).includes(other.number));
    await until(async () => JSON.stringify((await shop.sql.query("select tried from handoff where conversation_id = $1", [visit.conversationId])).rows).includes("approved; "));
    assert.equal((await shop.sql.query("select 1 from message where conversation_id = $1 and author = 'ai'", [visit.conversationId])).rows.length, 1);
  });
});

describe("a policy that hangs on what the contact wants", () => {
  let shop: ApprovalsShop;
  before(async () => void (shop = await startApprovalsShop({ policies: `
@id("cancel.asked") @reason("A colleague looks at every cancellation.") @approval("role:agent")
forbid (principal is AiAgent, action == Action::"useTool", resource == Tool::"cancel_order");
@id("cancel.unwanted") @reason("Nobody has asked for this.")
forbid (principal, action == Action::"useTool", resource == Tool::"cancel_order") unless { context has intent };
` })));
  after(() => shop[Symbol.asyncDispose]());

  test("is told the same after the yes as before it", async () => {
    const visit = await shop.app.visit("emma.larsson@example.com");
    await visit.ask("Please cancel order 1042");
    const [approval] = await shop.waiting(visit.conversationId);
    assert.ok(approval);
    await shop.decide(await shop.person("ben", "agent"), approval);
    await until(async () => (await shop.cancelled()).includes(1042));
  });
});
