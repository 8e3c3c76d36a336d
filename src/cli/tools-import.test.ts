import assert from "node:assert/strict";
import { createServer } from "node:http";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { systemClock } from "../lib/clock.ts";
import { createLog } from "../lib/log.ts";
import { openapiSource } from "../tools/adapters/openapi.ts";
import { openWayOut } from "../tools/tool-source.contract.ts";
import { parse } from "yaml";
import { importOpenApiCommand } from "./tools-import.ts";

type Place = AsyncDisposable & { folder: string; file(name: string): Promise<string>; put(name: string, value: unknown): Promise<string>; run(...args: string[]): Promise<{ code: number; told: string }> };

async function makePlace(): Promise<Place> {
  const folder = await mkdtemp(join(tmpdir(), "baton-import-"));
  return {
    folder,
    file: (name) => readFile(join(folder, name), "utf8"),
    async put(name, value) {
      const path = join(folder, name);
      await writeFile(path, typeof value === "string" ? value : JSON.stringify(value));
      return path;
    },
    async run(...args) {
      let told = "";
      const code = await importOpenApiCommand([...args, "--into", join(folder, "tools")], (text) => (told += text));
      return { code, told };
    },
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }),
  };
}

const order = { type: "object", required: ["id"], properties: { id: { type: "integer" }, status: { type: "string" } } };

function shop(more: Record<string, unknown> = {}, parameters: unknown[] = []) {
  return {
    openapi: "3.0.3", info: { title: "The Shop API v2", version: "2" }, servers: [{ url: "https://shop.example/v2" }],
    components: { schemas: { Order: { ...order, properties: { ...order.properties, ...more } } }, securitySchemes: { key: { type: "apiKey", in: "header", name: "X-Api-Key" } } }, security: [{ key: [] }],
    paths: {
      "/orders/{id}": { parameters: [{ name: "id", in: "path", required: true, schema: { type: "integer" } }], get: { operationId: "getOrder", summary: "Reads an order", tags: ["orders"], parameters, responses: { 200: { content: { "application/json": { schema: { $ref: "#/components/schemas/Order" } } } } } }, delete: { operationId: "cancelOrder", tags: ["orders"], responses: {} } },
      "/items": { get: { operationId: "listItems", responses: {} } },
    },
  };
}

async function openTools(place: Place, file: string) {
  const opened = await openapiSource.open(openapiSource.declaration.parse(parse(await place.file(file))), { file, folder: place.folder, tenantId: "acme", at: (path) => `${file}:${path.join(".")}` }, { secrets: { read: () => assert.fail() }, clock: systemClock, log: createLog({ level: "error", isPretty: true }), fileFolders: [], ...openWayOut([]) });
  return opened.tools.map(({ tool }) => tool);
}

test("without a choice the operations are listed, and nothing is written", async () => {
  await using at = await makePlace();
  const { code, told } = await at.run(await at.put("shop.json", shop()));
  assert.equal(code, 0);
  assert.match(told, /^read {3}GET \/orders\/\{id\} {5}getOrder {2}Reads an order\nwrite {2}DELETE \/orders\/\{id\} {2}cancelOrder\nread {3}GET \/items/);
  await assert.rejects(at.file("tools/shop.yaml"));
});

test("chosen operations become a declaration whose risks a person has to look at, and tools", async () => {
  await using at = await makePlace();
  const { code, told } = await at.run(await at.put("shop.json", shop()), "--tag", "orders");
  assert.equal(code, 0);
  assert.match(told, /how much harm the one call.*\n.*\n.*baton secrets set shop_key/);
  const text = await at.file("tools/shop.yaml");
  assert.match(text, /document: shop\.json\nserver: https:\/\/shop\.example\/v2\nheaders:\n {2}X-Api-Key: \$\{secret:shop_key\}/);
  assert.match(text, /name: get_order\n {4}purpose: Reads an order\n {4}risk: read\n/);
  assert.match(text, /name: cancel_order\n.*\n {4}risk: write # check this/);
  assert.ok(!(await at.file("tools/shop.openapi.json")).includes("listItems"));
  const tools = await openTools(at, "tools/shop.yaml");
  assert.deepEqual(tools.map(({ name, risk, idempotency, system }) => [name, risk, idempotency, system]), [["get_order", "read", "natural", "shop.example"], ["cancel_order", "write", "none", "shop.example"]]);
});

test("an import made anew tells what has changed; --check changes nothing and fails", async () => {
  await using at = await makePlace();
  const path = await at.put("shop.json", shop());
  await at.run(path, "--operations", "getOrder", "--name", "shop");
  await at.put("tools/shop.yaml", `# ours\n${(await at.file("tools/shop.yaml")).replace("name: get_order", "name: look_up # as we say")}`);
  assert.deepEqual((await at.run("--name", "shop", "--check")).code, 0);
  await at.put("shop.json", shop({ total: { type: "number" } }, [{ name: "expand", in: "query", required: true, schema: { type: "string" } }]));
  const pinned = await at.file("tools/shop.openapi.json");
  const checked = await at.run("--name", "shop", "--check");
  assert.deepEqual(checked, { code: 1, told: '~ getOrder: new argument "expand", which is required\n~ getOrder: the answer has changed (new: total)\n' });
  assert.equal(await at.file("tools/shop.openapi.json"), pinned);
  assert.equal((await at.run("--name", "shop", "--operations", "listItems")).code, 0);
  const text = await at.file("tools/shop.yaml");
  assert.ok(text.startsWith("# ours\n") && text.includes("name: look_up # as we say") && text.includes("operation: listItems"), text);
  assert.equal((await at.run("--name", "shop", "--check")).code, 0);
});

test("nothing is written over a declaration of another kind, or when an operation cannot be used", async () => {
  await using at = await makePlace();
  const path = await at.put("shop.json", shop({ more: { $ref: "#/components/schemas/Missing" } }));
  assert.equal((await at.run(path, "--operations", "getOrder,listItems", "--name", "shop")).code, 2);
  await assert.rejects(at.file("tools/shop.yaml"), /ENOENT/);
  await at.run(path, "--operations", "listItems", "--name", "shop");
  await at.put("tools/shop.yaml", "kind: http\n");
  await assert.rejects(at.run(path, "--operations", "listItems", "--name", "shop"), /no declaration of kind openapi/);
  assert.equal(await at.file("tools/shop.yaml"), "kind: http\n");
  await assert.rejects(at.run(path, "--operations", "listItem"), /no operation "listItem"\. Did you mean "listItems"\?/);
});

test("a document comes over the network by the operator's rules, in YAML too, with its redirects", async () => {
  const server = createServer((request, response) => (request.url?.startsWith("/old") === true ? response.writeHead(301, { location: "/openapi.yaml" }).end() : response.writeHead(request.url === "/openapi.yaml" ? 200 : 404).end("openapi: 3.1.0\ninfo: { title: Pets, version: '1' }\nservers: [{ url: /api }]\npaths:\n  /pets:\n    get: { operationId: listPets, responses: {} }\n")));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  const url = `http://127.0.0.1:${typeof address === "object" && address !== null ? address.port : 0}`;
  try {
    await using at = await makePlace();
    await assert.rejects(at.run(`${url}/old`), /BATON_OUTBOUND_ALLOW/);
    process.env["BATON_OUTBOUND_ALLOW"] = "127.0.0.1";
    await at.run(`${url}/old?key=secret`, "--all-read");
    assert.match(await at.file("tools/pets.yaml"), new RegExp(`document: ${url}/old\nserver: ${url}/api\n`));
    await assert.rejects(at.run(`${url}/nothing`), /answered 404/);
  } finally {
    delete process.env["BATON_OUTBOUND_ALLOW"];
    server.close();
  }
});

test("a specification of 8 MB with 5,000 operations is imported in seconds and little memory", async () => {
  const schemas: Record<string, unknown> = {};
  const ref = (index: number) => ({ $ref: `#/components/schemas/S${index % 1_000}` });
  for (let index = 0; index < 1_000; index += 1) {
    const deep = { allOf: Array.from({ length: 6 }, (_, part) => ({ allOf: [{ type: "object", properties: { [`deep${part}`]: { type: "string", description: "A part of a part. ".repeat(8) } } }] })) };
    schemas[`S${index}`] = index % 10 === 9 ? { type: "object", properties: { back: ref(index - 9) } } : { allOf: [ref(index + 1), deep, { type: "object", properties: { self: ref(index), others: { type: "array", items: ref(index * 7 + 1) } } }] };
  }
  const paths = Object.fromEntries(Array.from({ length: 2_500 }, (_, index) => [`/things${index}/{id}`, {
    get: { operationId: `get${index}`, summary: "Reads a thing. ".repeat(10), parameters: [{ name: "id", in: "path", required: true, schema: { type: "string" } }], responses: { 200: { content: { "application/json": { schema: ref(index) } } } } },
    post: { operationId: `make${index}`, summary: "Makes a thing. ".repeat(10), parameters: [{ name: "id", in: "path", required: true, schema: { type: "string" } }], requestBody: { required: true, content: { "application/json": { schema: ref(index) } } }, responses: {} },
  }]));
  const text = JSON.stringify({ openapi: "3.0.3", info: { title: "Big", version: "1", description: "x".repeat(4_600_000) }, servers: [{ url: "https://big.example" }], components: { schemas }, paths });
  assert.ok(text.length > 8_000_000, `${text.length}`);
  await using at = await makePlace();
  const path = await at.put("big.json", text);
  const [startedMs, before] = [performance.now(), process.memoryUsage().rss];
  assert.match((await at.run(path)).told, /5000 operations/);
  assert.equal((await at.run(path, "--operations", "get3,make5,get999,make1234")).code, 0);
  const tools = await openTools(at, "tools/big.yaml");
  assert.deepEqual(tools.map(({ name }) => name), ["get3", "make5", "get999", "make1234"]);
  assert.ok(tools[1]?.input.parse({ id: "a", deep0: "x", self: { others: [{ self: {} }] } }).isFit);
  assert.ok(!tools[1]?.input.parse({ id: "a", self: { others: [{ deep1: 5 }] } }).isFit);
  const [seconds, grownMb] = [(performance.now() - startedMs) / 1_000, (process.memoryUsage().rss - before) / 1e6];
  assert.ok(seconds < 20, `${seconds} s`);
  assert.ok(grownMb < 500, `${grownMb} MB`);
  assert.ok((await at.file("tools/big.openapi.json")).length < 3_000_000);
});
