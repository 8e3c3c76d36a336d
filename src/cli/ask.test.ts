import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { startDraftsShop } from "../../test/drafts-shop.ts";
import { startTestApp, type TestApp } from "../../test/start-test-app.ts";
import { ask } from "./ask.ts";

describe("asking by the command line", () => {
  let app: TestApp;
  const environment = { ...process.env };
  before(async () => {
    app = await startTestApp();
    Object.assign(process.env, { DATABASE_URL: app.databaseUrl, BATON_WORKSPACE: "examples/shop", BATON_ROLE: "all" });
  });
  after(async () => {
    process.env = environment;
    await app[Symbol.asyncDispose]();
  });
  const run = async (...args: string[]) => {
    let written = "";
    const code = await ask([...args, "--url", app.url], (text) => void (written += text));
    return { code, written };
  };

  test("an answer comes with its sources", async () => {
    const { code, written } = await run("How long do I have to return something?");
    assert.equal(code, 0);
    assert.match(written, /30 days[^]*\n {2}\[1\] /);
  });

  test("what the turn says and what its workflow says after it are both printed", async () => {
    const { code, written } = await run("where is order 1049?", "--as", "emma.larsson@example.com");
    assert.equal(code, 0);
    assert.match(written, /so it is late[^]*\nI am sorry about the delay\. I will look again in three days/);
    assert.equal((await run()).code, 2);
  });


  test("all that a workflow says in one go is printed", async () => {
    const emma = ["--as", "emma.larsson@example.com"];
    assert.match((await run("refund order 1045", ...emma)).written, /^Order 1045 cost €420\.00.*Shall I ask them to refund it\?\n$/);
    assert.match((await run("yes", ...emma)).written, /^I have asked a colleague to release €420\.00/);
  });
});

test("where the reply is held back as a draft, the notice is printed at once, and that it waits for a person", async () => {
  await using shop = await startDraftsShop();
  let written = "";
  const fromMs = performance.now();
  assert.equal(await ask(["How long do I have to return something?", "--url", shop.app.url], (text) => void (written += text)), 0);
  assert.equal(written, "A colleague will look at this.\nNo reply is sent yet: a draft, or the question itself, waits for a person under Handoffs in the console.\n");
  assert.ok(performance.now() - fromMs < 20_000);
});
