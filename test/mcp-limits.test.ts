import assert from "node:assert/strict";
import { test } from "node:test";
import { z } from "zod";
import { createKey } from "../src/identity/authenticate.ts";
import { startTestApp, type TestApp } from "./start-test-app.ts";

const PING = JSON.stringify({ jsonrpc: "2.0", id: 1, method: "ping" });
const post = (app: TestApp, token: string | null, body = PING, headers: Record<string, string> = {}) =>
  app.request("/mcp", { method: "POST", headers: { "content-type": "application/json", accept: "application/json, text/event-stream", ...(token === null ? {} : { authorization: `Bearer ${token}` }), ...headers }, body });
const refusal = z.object({ jsonrpc: z.literal("2.0"), id: z.null(), error: z.object({ message: z.string(), data: z.object({ code: z.string() }) }) });
/** So that no minute ends in the middle of a test. */
const insideOfMinute = async () => {
  const leftMs = 60_000 - (Date.now() % 60_000);
  if (leftMs < 5_000) await new Promise((resolve) => setTimeout(resolve, leftMs + 50));
};

test("a key that sends too many messages in a minute is held back, whatever the others do, and a batch counts as many", async () => {
  await using app = await startTestApp({ env: { BATON_MCP_CALLER_PER_MINUTE: "5" } });
  const keyOf = (name: string) => createKey(app.running.app.identity, app.running.app.workspace.tenantId, name);
  const [one, two] = [await keyOf("one"), await keyOf("two")];
  await insideOfMinute();
  for (let count = 0; count < 5; count += 1) assert.equal((await post(app, one)).status, 200);
  const refused = await post(app, one);
  assert.equal(refused.status, 429);
  const waitS = Number(refused.headers.get("retry-after"));
  assert.ok(waitS >= 1 && waitS <= 60, String(waitS));
  const { error } = refusal.parse(await refused.json());
  assert.equal(error.data.code, "request.too_many");
  assert.match(error.message, /More than 5 messages a minute came from this key\. Try again in \d+ s\./);
  assert.equal((await post(app, two, JSON.stringify(Array.from({ length: 4 }, (_, id) => ({ jsonrpc: "2.0", id, method: "ping" }))))).status, 200);
  assert.equal((await post(app, two, JSON.stringify(Array.from({ length: 2 }, (_, id) => ({ jsonrpc: "2.0", id, method: "ping" }))))).status, 429);
  assert.equal((await post(app, two)).status, 200, "one is left");
});

test("an address that asks too often is held back before its token is looked at; behind a proxy of ours each has its own", async () => {
  await using app = await startTestApp({ env: { BATON_MCP_ADDRESS_PER_MINUTE: "4" } });
  const from = (address: string) => post(app, "bk.fjord.key_1.wrong", PING, { "x-forwarded-for": `10.9.9.9, ${address}` });
  const statuses: number[] = [];
  for (let count = 0; count < 6; count += 1) statuses.push((await from("198.51.100.7")).status);
  assert.deepEqual(statuses, [401, 401, 401, 401, 429, 429]);
  const refused = await from("198.51.100.7");
  assert.ok(Number(refused.headers.get("retry-after")) >= 1);
  assert.equal((await from("198.51.100.8")).status, 401);
});
