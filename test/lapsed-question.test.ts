import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import type { UserActor } from "../src/identity/actor.ts";
import { startApprovalsShop, type ApprovalsShop } from "./approvals-shop.ts";
import type { Visit } from "./start-test-app.ts";

const MEANT = /^You have talked with a colleague since I asked you something.*What would you like me to do\?$/;

describe("a question of the AI, and a person who came in between", () => {
  let shop: ApprovalsShop;
  let anna: UserActor;
  let headers: Record<string, string>;
  before(async () => {
    shop = await startApprovalsShop({ policies: "" });
    anna = await shop.person("anna", "agent");
    headers = await shop.signInAs(anna);
  });
  after(() => shop[Symbol.asyncDispose]());
  const inBetween = async (visit: Visit, words: string | null) => {
    const post = async (what: string, body?: unknown) => assert.ok((await shop.app.request(`/api/conversations/${visit.conversationId}/${what}`, { method: "POST", headers: { ...headers, "content-type": "application/json" }, ...(body === undefined ? {} : { body: JSON.stringify(body) }) })).ok);
    await post("takeover");
    if (words !== null) await post("replies", { text: words });
    await post("handback");
  };

  const askForAddress = async (visit: Visit, order: number) => {
    await visit.ask(`I want to change the delivery address of order ${order}`);
    assert.match((await visit.ask("Storgata 1, 0155 Oslo, Norway")).reply?.text ?? "", /Shall I do this for you\?/);
  };
  const changed = async () => (await shop.sql.query("select 1 from shop.address_changes")).rows.length;

  test("an old yes after a hand-back does nothing, and the AI asks what is meant", async () => {
    for (const words of [null, "I looked at it: better keep it."]) {
      const visit = await shop.app.visit("emma.larsson@example.com");
      await askForAddress(visit, 1042);
      await inBetween(visit, words);
      assert.match((await visit.ask("Yes, please")).reply?.text ?? "", MEANT);
      assert.equal(await changed(), 0);
      await askForAddress(visit, 1042);
      assert.match((await visit.ask("no")).reply?.text ?? "", /not changed anything/, "a new question is answered as ever");
    }
  });

  test("what says more than yes is dealt with as what it is", async () => {
    const visit = await shop.app.visit("jonas.weber@example.com");
    await askForAddress(visit, 1048);
    await inBetween(visit, null);
    assert.match((await visit.ask("Yes, and how long do I have to return something?")).reply?.text ?? "", /30 days/);
  });
});
