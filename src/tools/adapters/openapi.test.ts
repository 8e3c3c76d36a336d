import assert from "node:assert/strict";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { messageOf } from "../../lib/app-error.ts";
import { systemClock } from "../../lib/clock.ts";
import { createLog } from "../../lib/log.ts";
import { listOperations, pickOperation } from "../../outbound/openapi/operations.ts";
import { pinOperation } from "../../outbound/openapi/pin-operation.ts";
import { readDocument } from "../../outbound/openapi/read-document.ts";
import { startPeer } from "../../workflows/calls/outside-call.contract.ts";
import { offeredSchema } from "../resolve-arguments.ts";
import type { ToolResult } from "../tool.ts";
import { openWayOut, toolSourceContract, type ContractSystem } from "../tool-source.contract.ts";
import { playShop, startShop } from "./http-shop.contract.ts";
import { openapiSource } from "./openapi.ts";

const text = { type: "string" };
const header = (name: string) => ({ name, in: "header", schema: text });
const json = (schema: unknown) => ({ content: { "application/json": { schema } } });
const Order = { type: "object", required: ["order"], properties: { order: { type: "object", required: ["number", "status"], properties: { number: { type: "integer" }, status: text } } } };

const document = {
  openapi: "3.0.3", info: { title: "Shop", version: "1" }, components: { schemas: { Order, Amount: { type: "object", required: ["amount"], properties: { amount: { type: "integer" } } } } },
  paths: {
    "/orders/{number}": { parameters: [{ name: "number", in: "path", required: true, schema: { type: "integer" } }], get: { operationId: "getOrder", summary: "Reads an order.", parameters: [{ name: "email", in: "query", schema: text }], responses: { 200: json({ $ref: "#/components/schemas/Order" }) } } },
    "/slow": { get: { operationId: "slow", responses: {} } },
    "/large": { get: { operationId: "large", responses: {} } },
    "/payments": { post: { operationId: "pay", parameters: [header("Idempotency-Key")], requestBody: { required: true, ...json({ $ref: "#/components/schemas/Amount" }) }, responses: { 201: json({ type: "object", required: ["id"], properties: { id: { type: "integer" } } }) } } },
    "/search/{kind}": {
      post: {
        parameters: [{ name: "kind", in: "path", schema: text }, { name: "ids", in: "query", explode: false, schema: { type: "array", items: { type: "integer" } } }, { name: "kind", in: "query", schema: text }, { name: "filter", in: "query", style: "deepObject", schema: { type: "object" } }, header("X-Trace"), { name: "session", in: "cookie", schema: text }],
        requestBody: { content: { "application/x-www-form-urlencoded": { schema: { type: "object", properties: { "expand": { type: "array", items: text }, card: { type: "object" }, kind: text } }, encoding: { card: { style: "deepObject" } } } } },
        responses: {},
      },
    },
  },
};

/** A workspace in which the document was imported. */
async function makeWorkspace(given: Record<string, unknown> = document): Promise<AsyncDisposable & { folder: string }> {
  const folder = await mkdtemp(join(tmpdir(), "baton-openapi-tools-"));
  const read = readDocument(JSON.stringify(given), new URL("file:///shop.json"));
  const operations = listOperations(read);
  const pinned = Object.fromEntries(operations.map((each) => [each.operationId ?? each.key, pinOperation(read, pickOperation(operations, each.key))]));
  await mkdir(join(folder, "tools"));
  await writeFile(join(folder, "tools", "contract.openapi.json"), JSON.stringify({ about: "", title: "Shop", version: "1", sha256: "", operations: pinned }));
  return { folder, [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }) };
}

const declare = (server: string, operations: Record<string, unknown>[]) => ({ kind: "openapi", document: "shop.json", server, authentication: { bearer: { token: "${secret:shop_token}" } }, operations: operations.map((each) => ({ risk: "read", ...each })) });

async function start(): Promise<ContractSystem> {
  const [workspace, shop] = [await makeWorkspace(), await startShop()];
  const played = playShop(shop);
  return {
    ...played, folder: workspace.folder,
    declaration: declare(shop.url, [
      { operation: "getOrder", bind: { email: "contact.email" }, pick: "order", output: Order.properties.order },
      { operation: "slow", timeoutMs: 300 }, { operation: "large", maxOutputBytes: 1_000 }, { operation: "getOrder", name: "odd", output: { type: "array" } },
      { operation: "pay", risk: "money", idempotency: { header: "idempotency-key" } }, { operation: "pay", name: "pay_once", risk: "money" },
    ]),
    async [Symbol.asyncDispose]() {
      await played[Symbol.asyncDispose]();
      await workspace[Symbol.asyncDispose]();
    },
  };
}

toolSourceContract("openapi", openapiSource, start);

async function open(folder: string, server: string, operations: Record<string, unknown>[]) {
  const at = (path: readonly (string | number)[]) => `tools/contract.yaml:${path.join(".")}`;
  const opened = await openapiSource.open(openapiSource.declaration.parse(declare(server, operations)), { file: "tools/contract.yaml", folder, tenantId: "acme", at }, { secrets: { read: () => Promise.resolve("token-of-shop") }, clock: systemClock, log: createLog({ level: "error", isPretty: true }), fileFolders: [], ...openWayOut(["127.0.0.1"]) });
  return opened.tools.map(({ tool }) => tool);
}

test("openapi: each argument goes where the document says, and the key takes its header's place", async () => {
  await using workspace = await makeWorkspace();
  await using peer = await startPeer(() => ({ body: "{}" }));
  const [search, pay] = await open(workspace.folder, `${peer.url}/api/`, [{ operation: "POST /search/{kind}" }, { operation: "pay", risk: "money", idempotency: { header: "Idempotency-Key" } }]);
  assert.deepEqual([search?.name, search?.purpose, pay?.name], ["post_search_kind", "POST /search/{kind}", "pay"]);
  assert.deepEqual(Object.keys(Object(offeredSchema(pay ?? assert.fail())["properties"])), ["amount"]);
  const run = (tool: typeof search, given: unknown): Promise<ToolResult> => {
    const read = tool?.input.parse(given);
    return read?.isFit === true && tool !== undefined ? tool.run(read.value, { tenantId: "acme", contact: { contactId: "c", email: "e", externalId: null }, idempotencyKey: "call_1", sql: { query: () => assert.fail(), transaction: () => assert.fail() }, signal: new AbortController().signal }) : assert.fail(JSON.stringify(read));
  };
  await run(search, { kind: "a/b ?", ids: [1, 2], query_kind: "q", filter: { a: "1" }, X_Trace: "t", session: "s 1", expand: ["x", "y"], card: { number: "4" }, body_kind: "k" });
  await run(pay, { amount: 3 });
  const [first, second] = peer.heard;
  assert.equal(first?.url, "/api/search/a%2Fb%20%3F?ids=1%2C2&kind=q&filter%5Ba%5D=1");
  assert.deepEqual([first?.headers["x-trace"], first?.headers["cookie"], first?.headers["content-type"], first?.body], ["t", "session=s%201", "application/x-www-form-urlencoded", "expand=x&expand=y&card%5Bnumber%5D=4&kind=k"]);
  assert.deepEqual([second?.url, second?.headers["idempotency-key"], second?.body, second?.headers["authorization"]], ["/api/payments", "call_1", '{"amount":3}', "Bearer token-of-shop"]);
  await assert.rejects(run(search, { kind: ".." }), /change the path/);
});

test("openapi: of many arguments a tool takes those that are named, and the definitions these need", async () => {
  const schemas = { Line: { type: "object", properties: { text, of: { $ref: "#/components/schemas/Line" } } }, Other: { type: "object" } };
  const body = { type: "object", required: ["line", "email"], properties: { line: { $ref: "#/components/schemas/Line" }, email: text, other: { $ref: "#/components/schemas/Other" } } };
  await using workspace = await makeWorkspace({ openapi: "3.0.3", info: {}, components: { schemas }, paths: { "/lines": { post: { operationId: "add", requestBody: { required: true, ...json(body) }, responses: {} } } } });
  const rules = { operation: "add", risk: "write", arguments: ["line"], bind: { email: "contact.email" } };
  const [tool] = await open(workspace.folder, "https://shop.example", [rules]);
  const { properties, $defs } = Object(tool?.input.jsonSchema);
  assert.deepEqual([Object.keys(properties), Object.keys($defs)], [["line", "email"], ["Line"]]);
  assert.ok(tool?.input.parse({ line: { of: { text: "a" } }, email: "e" }).isFit);
  assert.match(await open(workspace.folder, "https://shop.example", [{ ...rules, arguments: ["lines"] }]).then(() => "", messageOf), /takes no argument "lines"\. Did you mean "line"\?\n.*The operation needs "line" too\./);
});

test("openapi: what does not go together is told with its place", async () => {
  await using workspace = await makeWorkspace();
  const faultOf = (...operations: Record<string, unknown>[]) => open(workspace.folder, "https://shop.example", operations).then(() => assert.fail("nothing was thrown"), messageOf);
  assert.equal(await faultOf({ operation: "getOrders" }, { operation: "pay" , risk: "money", bind: { amount: "contact.id" } }, { operation: "getOrder", bind: { mail: "contact.email" } }, { operation: "slow", risk: "write" }), [
    'tools/contract.yaml:operations.0.operation: "getOrders" was not imported. Did you mean "getOrder"? Run: baton tools import openapi shop.json --name contract --operations "getOrders"',
    'tools/contract.yaml:operations.1.bind.amount: "amount" is of type integer, and contact.id is a text.',
    'tools/contract.yaml:operations.2.bind.mail: The operation takes no argument "mail". Did you mean "email"?',
    "tools/contract.yaml:operations.3.method: A GET may be sent twice at any time, so a tool that has an effect cannot be one.",
  ].join("\n"));
  await rm(join(workspace.folder, "tools", "contract.openapi.json"));
  assert.match(await faultOf({ operation: "slow" }), /contract\.yaml:document: tools\/contract\.openapi\.json is not there\. It is written by: baton tools import openapi shop\.json --name contract/);
  const issues = openapiSource.declaration.safeParse({ ...declare("shop", [{ operation: "slow", risk: undefined }]), headers: { "x-api-key": "1" } }).error?.issues.map(({ path }) => path.join("."));
  assert.deepEqual(issues, ["operations.0.risk"]);
});
