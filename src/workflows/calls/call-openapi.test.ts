import assert from "node:assert/strict";
import { mkdtemp, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { stringify } from "yaml";
import { AppError } from "../../lib/app-error.ts";
import { systemClock } from "../../lib/clock.ts";
import { createOpenApiCall } from "./call-openapi.ts";
import { createOpenApiDocuments } from "../../outbound/openapi-documents.ts";
import { makeCall, makeOutside, startPeer } from "./outside-call.contract.ts";

const swagger = {
  swagger: "2.0", host: "", basePath: "/v2", schemes: ["https", "http"],
  paths: {
    "/pet/findByStatus": { get: { operationId: "findPetsByStatus", parameters: [{ name: "status", in: "query", required: true, type: "array", collectionFormat: "multi" }] } },
    "/pet/{petId}": {
      parameters: [{ name: "petId", in: "path", required: true, type: "integer" }], get: { operationId: "getPetById" },
      post: { operationId: "updatePetWithForm", consumes: ["application/x-www-form-urlencoded"], parameters: [{ name: "name", in: "formData", type: "string" }, { name: "api_key", in: "header", type: "string" }] },
    },
    "/pet": { post: { operationId: "addPet", consumes: ["application/xml", "application/json"], parameters: [{ in: "body", name: "body", required: true, schema: {} }] } },
  },
};
const openapi = {
  openapi: "3.1.0", info: {}, servers: [{ url: "/{stage}", variables: { stage: { default: "api" } } }],
  components: { parameters: { page: { name: "page", in: "query", schema: {} } }, requestBodies: { order: { required: true, content: { "application/json": {} } } } },
  paths: {
    "/orders": {
      get: { operationId: "listOrders", parameters: [{ $ref: "#/components/parameters/page" }, { name: "ids", in: "query", explode: false }, { name: "filter", in: "query", style: "deepObject" }] },
      post: { operationId: "createOrder", requestBody: { $ref: "#/components/requestBodies/order" } },
    },
  },
};

async function stage(document: unknown, isYaml = false) {
  const peer = await startPeer((heard) => (heard.url === "/doc" ? { headers: { "content-type": "text/plain" }, body: isYaml ? stringify(document) : JSON.stringify(document) } : { body: JSON.stringify({ url: heard.url, method: heard.method, type: heard.headers["content-type"] ?? null, key: heard.headers["api_key"] ?? null, body: heard.body }) }));
  const folder = await mkdtemp(join(tmpdir(), "baton-openapi-"));
  const outside = makeOutside();
  const openApi = createOpenApiCall({ ...outside, documents: createOpenApiDocuments({ outbound: outside.outbound, clock: systemClock, folder }) });
  const call = (operationId: string, parameters: Record<string, unknown>, endpoint: unknown = `${peer.url}/doc`) => openApi(makeCall({ with: { document: { endpoint }, operationId, parameters } }));
  return { peer, folder, call, [Symbol.asyncDispose]: () => peer[Symbol.asyncDispose]() };
}

async function messageOf(work: Promise<unknown>): Promise<string> {
  const error: unknown = await work.then(() => assert.fail("nothing was thrown"), (thrown: unknown) => thrown);
  assert.ok(error instanceof AppError, String(error));
  return error.message;
}

test("a Swagger 2.0 operation gets its query, path, form, header and body", async () => {
  await using at = await stage({ ...swagger, host: undefined });
  const none = { type: null, key: null, body: "" };
  assert.deepEqual(await at.call("findPetsByStatus", { status: ["available", "sold"] }), { ...none, url: "/v2/pet/findByStatus?status=available&status=sold", method: "GET" });
  assert.deepEqual(await at.call("getPetById", { petId: 1 }), { ...none, url: "/v2/pet/1", method: "GET" });
  assert.deepEqual(await at.call("updatePetWithForm", { petId: 1, name: "Milou", api_key: "k" }), { url: "/v2/pet/1", method: "POST", type: "application/x-www-form-urlencoded", key: "k", body: "name=Milou" });
  assert.deepEqual(await at.call("addPet", { body: { name: "Milou" } }), { ...none, url: "/v2/pet", method: "POST", type: "application/json", body: '{"name":"Milou"}' });
  assert.equal(at.peer.heard.filter((heard) => heard.url === "/doc").length, 1);
});

test("an OpenAPI 3 operation in YAML: references, styles, a relative server and fields as body", async () => {
  await using at = await stage(openapi, true);
  assert.deepEqual(await at.call("listOrders", { page: 2, ids: [1, 2], filter: { state: "open" } }), { type: null, key: null, body: "", url: "/api/orders?page=2&ids=1%2C2&filter%5Bstate%5D=open", method: "GET" });
  assert.deepEqual(await at.call("createOrder", { sku: "a", count: 2 }), { url: "/api/orders", method: "POST", type: "application/json", key: null, body: '{"sku":"a","count":2}' });
});

test("a document in the workspace is read, none outside it is", async () => {
  await using at = await stage(openapi);
  await writeFile(join(at.folder, "orders.yaml"), stringify({ ...openapi, servers: [{ url: `${at.peer.url}/x` }] }));
  assert.deepEqual(await at.call("listOrders", {}, "file://orders.yaml"), { type: null, key: null, body: "", url: "/x/orders", method: "GET" });
  for (const outside of ["file:///etc/passwd", "file:///%2e%2e/%2e%2e/etc/passwd", "file://..%2f..%2fetc/passwd"]) assert.match(await messageOf(at.call("listOrders", {}, outside)), /There is no file|is not an address/);
});

test("what does not fit the document is refused by name", async () => {
  await using at = await stage(openapi);
  await using old = await stage({ ...swagger, host: undefined });
  assert.match(await messageOf(at.call("listOrder", {})), /no operation "listOrder". Did you mean "listOrders"\?/);
  assert.match(await messageOf(at.call("listOrders", { pages: 1 })), /no parameter "pages". Did you mean "page"\?/);
  assert.match(await messageOf(at.call("createOrder", {})), /needs a body/);
  assert.match(await messageOf(old.call("getPetById", {})), /needs the path parameter "petId"/);
  assert.match(await messageOf(at.call("x", {}, `${at.peer.url}/other`)), /is no OpenAPI 3/);
});
