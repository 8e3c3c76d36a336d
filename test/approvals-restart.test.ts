import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { createServer } from "node:net";
import { test } from "node:test";
import { startApprovalsShop } from "./approvals-shop.ts";
import { makeDatabase } from "./start-test-app.ts";

/** The same database, engine and installation, whatever process serves them. */
async function lastingInstallation() {
  const { owner, superuser } = await makeDatabase();
  // An outside engine finds a process where it was before.
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  await new Promise((resolve) => server.close(resolve));
  return { env: { DATABASE_URL: owner, BATON_NAMESPACE: `t${randomBytes(6).toString("hex")}`, BATON_ENDPOINT_PORT: String(port), BATON_ADMIN_PASSWORD: "a-lasting-password" }, databaseUrl: superuser };
}

test("an approval outlives the process that asked for it: what is decided after a restart is carried out and told, once", async () => {
  const installed = await lastingInstallation();
  const visit = await (async () => {
    await using shop = await startApprovalsShop(installed);
    const opened = await shop.app.visit("emma.larsson@example.com");
    await opened.ask("Please cancel order 1042");
    await shop.waiting(opened.conversationId);
    return opened;
  })();
  {
    await using shop = await startApprovalsShop(installed);
    const ben = await shop.person("ben", "agent");
    const [approval] = await shop.waiting(visit.conversationId);
    assert.ok(approval);
    assert.deepEqual(await shop.cancelled(), []);
    // Decided, and the process ends before whoever waits can have been told.
    await Promise.allSettled([shop.decide(ben, approval), shop.app[Symbol.asyncDispose]()]);
  }
  await using shop = await startApprovalsShop(installed);
  const said = await shop.said(visit.conversationId, (texts) => texts.length === 2);
  assert.match(said[1] ?? "", /^A colleague has approved it/);
  assert.deepEqual(await shop.cancelled(), [1042]);
  await new Promise((resolve) => setTimeout(resolve, 300));
  assert.equal((await shop.sql.query("select 1 from message where conversation_id = $1 and author = 'ai'", [visit.conversationId])).rows.length, 2);
});
