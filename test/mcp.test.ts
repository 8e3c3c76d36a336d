import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StreamableHTTPClientTransport } from "@modelcontextprotocol/sdk/client/streamableHttp.js";
import type { Transport } from "@modelcontextprotocol/sdk/shared/transport.js";
import { z } from "zod";
import { createKey } from "../src/identity/authenticate.ts";
import { startTestApp, type TestApp } from "./start-test-app.ts";

const EMMA = "emma.larsson@example.com";
const result = z.looseObject({ isError: z.boolean().optional(), content: z.array(z.looseObject({ type: z.string(), text: z.string() })), structuredContent: z.record(z.string(), z.unknown()).optional() });
const orders = z.object({ orders: z.array(z.looseObject({ orderNumber: z.number(), status: z.string() })) });

let app: TestApp;
before(async () => {
  app = await startTestApp();
});
after(() => app[Symbol.asyncDispose]());

/** A session of the library's own client under a token. */
async function connect(token: string): Promise<Client & AsyncDisposable> {
  const client = new Client({ name: "test", version: "1.0.0" });
  const transport: Omit<Transport, "sessionId"> = new StreamableHTTPClientTransport(new URL(`${app.url}/mcp`), { requestInit: { headers: { authorization: `Bearer ${token}` } } });
  await client.connect(transport);
  return Object.assign(client, { [Symbol.asyncDispose]: () => client.close() });
}

function post(body: string, headers: Record<string, string>): Promise<Response> {
  return app.request("/mcp", { method: "POST", headers: { "content-type": "application/json", accept: "application/json, text/event-stream", ...headers }, body });
}

const key = () => createKey(app.running.app.identity, app.running.app.workspace.tenantId, "mcp");
const namesOf = async (client: Client) => (await client.listTools()).tools.map(({ name }) => name);
const codeOf = (thrown: unknown) => (thrown instanceof Error && "code" in thrown ? thrown.code : null);

test("a verified contact's token gives their own records, and nobody else's", async () => {
  await using client = await connect((await app.visit(EMMA)).token);
  const { tools } = await client.listTools();
  const get = tools.find(({ name }) => name === "list_orders");
  assert.deepEqual(get?.annotations, { readOnlyHint: true, destructiveHint: false, idempotentHint: true });
  assert.ok(tools.every(({ inputSchema }) => inputSchema.properties === undefined || !Object.hasOwn(inputSchema.properties, "email")));
  const listed = result.parse(await client.callTool({ name: "list_orders", arguments: {} }));
  assert.notEqual(listed.isError, true, JSON.stringify(listed));
  const own = orders.parse(listed.structuredContent).orders;
  assert.ok(own.length > 0);
  await using other = await connect((await app.visit("noah.berg@example.com")).token);
  const asked = result.parse(await other.callTool({ name: "get_order", arguments: { order_number: own[0]?.orderNumber } }));
  assert.equal(asked.isError, true);
  assert.equal(asked.structuredContent, undefined);
  assert.match(asked.content[0]?.text ?? "", /could not find order/);
});

test("an anonymous visitor and an API key see no tool of a contact's own records", async () => {
  await using anonymous = await connect((await app.visit()).token);
  assert.deepEqual(await namesOf(anonymous), ["search_knowledge"]);
  await using system = await connect(await key());
  assert.ok(!(await namesOf(system)).includes("list_orders"));
  await assert.rejects(system.callTool({ name: "list_orders", arguments: {} }), (thrown) => codeOf(thrown) === -32_602);
  await assert.rejects(anonymous.callTool({ name: "refund_order", arguments: { order_number: 1 } }), (thrown) => codeOf(thrown) === -32_602);
});

test("articles are listed, read and searched as far as policy lets the caller read", async () => {
  await using anonymous = await connect((await app.visit()).token);
  await using system = await connect(await key());
  const [forAll, forSystem] = [(await anonymous.listResources()).resources, (await system.listResources()).resources];
  assert.ok(forAll.length > 0 && forSystem.length > forAll.length, `${forAll.length} ${forSystem.length}`);
  const hidden = forSystem.find(({ uri }) => !forAll.some((each) => each.uri === uri)) ?? assert.fail();
  const shown = forAll[0] ?? assert.fail();
  assert.ok((await anonymous.readResource({ uri: shown.uri })).contents[0]);
  await assert.rejects(anonymous.readResource({ uri: hidden.uri }), (thrown) => codeOf(thrown) === -32_002);
  assert.ok((await system.readResource({ uri: hidden.uri })).contents[0]);
  const found = result.parse(await anonymous.callTool({ name: "search_knowledge", arguments: { query: "How long do I have to return something?" } }));
  const { passages } = z.object({ passages: z.array(z.object({ uri: z.string(), text: z.string() })) }).parse(found.structuredContent);
  assert.ok(passages.length > 0 && passages.every(({ uri }) => forAll.some((each) => each.uri === uri)));
  await assert.rejects(anonymous.callTool({ name: "search_knowledge", arguments: { query: "" } }), (thrown) => codeOf(thrown) === -32_602);
});

test("a call with an idempotency key has one effect, and the key is of no use for another call or caller", async () => {
  await using client = await connect((await app.visit(EMMA)).token);
  const listed = orders.parse(result.parse(await client.callTool({ name: "list_orders", arguments: {} })).structuredContent).orders;
  const order = listed.find(({ status }) => status === "processing") ?? assert.fail("no order to cancel");
  const call = (name: string, extra: Record<string, unknown> = {}) => client.callTool({ name, arguments: { order_number: order.orderNumber, ...extra }, _meta: { "baton.dev/idempotencyKey": "cancel-1" } });
  const first = result.parse(await call("cancel_order"));
  assert.notEqual(first.isError, true, JSON.stringify(first));
  assert.deepEqual(result.parse(await call("cancel_order")), first);
  const again = result.parse(await client.callTool({ name: "cancel_order", arguments: { order_number: order.orderNumber } }));
  assert.equal(again.isError, true, "policy: it is processing no more");
  await assert.rejects(call("get_order"), /another call/);
});

test("what is refused before a message is read is told in the protocol's form", async () => {
  const { token } = await app.visit(EMMA);
  const authorization = `Bearer ${token}`;
  const list = JSON.stringify({ jsonrpc: "2.0", id: 1, method: "tools/list" });
  const error = z.object({ jsonrpc: z.literal("2.0"), id: z.null(), error: z.object({ code: z.number(), message: z.string().min(5) }) });
  const cases: [string, Response, number][] = [
    ["nobody", await post(list, {}), 401],
    ["a wrong key", await post(list, { authorization: "Bearer bk.fjord.key_1.wrong" }), 401],
    ["a person's session", await post(list, { authorization: `Bearer ${(await app.signIn())["cookie"]?.split("=")[1] ?? ""}` }), 403],
    ["no JSON", await post("{", { authorization }), 400],
    ["too large", await post(JSON.stringify({ jsonrpc: "2.0", id: 1, method: "x", params: { text: "x".repeat(300_000) } }), { authorization }), 413],
    ["a long batch", await post(JSON.stringify(Array.from({ length: 21 }, (_, id) => ({ jsonrpc: "2.0", id, method: "ping" }))), { authorization }), 413],
    ["a foreign page", await post(list, { authorization, origin: "https://evil.example" }), 403],
    ["a stream", await app.request("/mcp", { headers: { authorization, accept: "text/event-stream" } }), 405],
  ];
  for (const [name, answer, status] of cases) {
    assert.equal(answer.status, status, name);
    error.parse(await answer.json());
  }
  assert.equal(cases[0]?.[1].headers.get("www-authenticate"), "Bearer");
  assert.equal((await post(list, { authorization, origin: app.url })).status, 200);
  const unknown = z.object({ error: z.object({ code: z.number() }) }).parse(await (await post(JSON.stringify({ jsonrpc: "2.0", id: 1, method: "prompts/list" }), { authorization })).json());
  assert.equal(unknown.error.code, -32_601);
});
