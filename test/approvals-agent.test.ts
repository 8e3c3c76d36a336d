import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { startApprovalsShop, type ApprovalsShop } from "./approvals-shop.ts";
import { startScriptedModel, type ScriptedModelServer, type ScriptedRules } from "./scripted-model.ts";

describe("calls of the AI agent that people have to approve", () => {
  let shop: ApprovalsShop;
  let model: ScriptedModelServer;
  let rules: ScriptedRules = () => [{ text: "not scripted" }];
  before(async () => {
    model = await startScriptedModel((request) => rules(request));
    shop = await startApprovalsShop({ env: { OPENAI_API_KEY: "sk-test-0000", OPENAI_BASE_URL: model.url }, policies: `
@id("cancel.asked") @reason("A colleague looks at every cancellation.") @approval("role:agent")
forbid (principal is AiAgent, action == Action::"useTool", resource == Tool::"cancel_order");
@id("order.asked") @reason("A colleague looks at every look.") @approval("role:agent")
forbid (principal is AiAgent, action == Action::"useTool", resource == Tool::"get_order");
` });
  });
  after(async () => {
    await shop[Symbol.asyncDispose]();
    await model.close();
  });
  const cancel1042 = { toolCall: { name: "cancel_order", arguments: { order_number: 1042 } } };

  test("two things asked for in one answer are two approvals, the model is told to wait, and both are answered", async () => {
    const ben = await shop.person("ben", "agent");
    rules = (request) => (request.messages.at(-1)?.role === "tool" ? [{ text: "I have passed both on." }] : [{ toolCall: { name: "get_order", arguments: { order_number: 1043 } } }, cancel1042]);
    const visit = await shop.app.visit("emma.larsson@example.com");
    const { reply } = await visit.ask("Look at order 1043 and cancel order 1042");
    const asked = (reply?.text ?? "").match(/I have asked a colleague to approve this/g);
    assert.equal(asked?.length, 2, reply?.text);
    assert.match(model.requests.at(-1)?.raw ?? "", /Waiting for approval: nothing was done yet\. Do not call it again/);
    const [look, cancel] = await shop.waiting(visit.conversationId, 2);
    assert.ok(look && cancel);
    await shop.decide(ben, look, "refused");
    await shop.decide(ben, cancel);
    const said = await shop.said(visit.conversationId, (texts) => texts.length === 3);
    assert.equal(said.filter((text) => text.includes("decided against it")).length, 1);
    assert.equal(said.filter((text) => text.startsWith("A colleague has approved it.")).length, 1);
    assert.deepEqual(await shop.cancelled(), [1042]);
  });

  test("a question to the contact does not swallow the call beside it", async () => {
    rules = () => [{ toolCall: { name: "refund_order", arguments: { order_number: 1046 } } }, { toolCall: { name: "cancel_order", arguments: { order_number: 1048 } } }];
    const visit = await shop.app.visit("jonas.weber@example.com");
    const { reply } = await visit.ask("Please look at both of my orders");
    assert.match(reply?.text ?? "", /answer "yes" or "no"/);
    assert.match(reply?.text ?? "", /I have asked a colleague to approve this: .*1048/);
    assert.equal((await shop.waiting(visit.conversationId)).length, 1);
    assert.match((await visit.ask("no")).reply?.text ?? "", /not changed anything/);
    assert.match((await visit.ask("forget it")).reply?.text ?? "", /I have taken that back/);
  });

  test("a handoff in the same answer does not swallow what people have to decide", async () => {
    rules = () => [{ toolCall: { name: "handoff", arguments: { reason: "contact.asked", summary: "Wants a person." } } }, { toolCall: { name: "cancel_order", arguments: { order_number: 1048 } } }];
    const visit = await shop.app.visit("jonas.weber@example.com");
    const { reply } = await visit.ask("Please deal with order 1048, it is a bit complicated");
    assert.match(reply?.text ?? "", /I have asked a colleague to approve this: .*1048/);
    assert.equal((await shop.waiting(visit.conversationId)).length, 1);
    assert.deepEqual((await shop.sql.query("select holder from conversation where id = $1", [visit.conversationId])).rows, [{ holder: "queue" }]);
  });
});
