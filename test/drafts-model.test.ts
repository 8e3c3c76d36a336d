import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { startDraftsShop, type DraftsShop, type Headers } from "./drafts-shop.ts";
import { startScriptedModel, type ScriptedModelServer, type ScriptedRules } from "./scripted-model.ts";

const QUESTION = "How long do I have to return something?";

describe("drafts that a model writes", () => {
  let shop: DraftsShop;
  let model: ScriptedModelServer;
  let anna: Headers;
  let rules: ScriptedRules = () => [{ text: "not scripted" }];
  before(async () => {
    model = await startScriptedModel((request) => rules(request));
    shop = await startDraftsShop({ env: { OPENAI_API_KEY: "sk-test-0000", OPENAI_BASE_URL: model.url } });
    anna = await shop.agent("Anna");
  });
  after(async () => {
    await shop[Symbol.asyncDispose]();
    await model.close();
  });

  test("the contact sees nothing of it while it is written, and a person gets it with its sources", async () => {
    rules = () => [{ text: "You can return unused items within 30 days of delivery [1]." }];
    const visit = await shop.app.visit();
    const seen: string[] = [];
    const stop = shop.app.running.app.live.onConversation("shop", visit.conversationId, (event) => void seen.push(event.kind));
    await shop.say(visit, QUESTION);
    const draft = await shop.drafted(visit, anna);
    stop();
    assert.equal(draft.text, "You can return unused items within 30 days of delivery [1].");
    assert.deepEqual(draft.citations.map((each) => each.marker), [1]);
    assert.ok(!seen.includes("delta"), seen.join());
    assert.deepEqual((await shop.sql.query("select status, decision from turn where conversation_id = $1", [visit.conversationId])).rows, [{ status: "handed_off", decision: "draft" }]);
  });

  test("beside a person the model is offered only what reads", async () => {
    const offered: string[][] = [];
    rules = (request) => {
      offered.push(request.toolNames);
      return [{ text: "You can return unused items within 30 days of delivery [1]." }];
    };
    const visit = await shop.app.visit("emma.larsson@example.com");
    await shop.say(visit, QUESTION);
    await shop.drafted(visit, anna);
    await shop.act(visit, "takeover", anna);
    await shop.say(visit, QUESTION);
    await shop.drafted(visit, anna);
    const [alone, beside] = offered;
    assert.ok(alone?.includes("update_address") && alone.includes("get_order"), alone?.join());
    assert.ok(beside !== undefined && beside.includes("get_order") && !beside.includes("update_address"), beside?.join());
  });
});
