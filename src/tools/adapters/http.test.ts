import assert from "node:assert/strict";
import { test } from "node:test";
import { startPeer, type Answer, type Heard, type Peer } from "../../workflows/calls/outside-call.contract.ts";
import { AppError } from "../../lib/app-error.ts";
import { systemClock } from "../../lib/clock.ts";
import { createLog } from "../../lib/log.ts";
import type { ToolResult } from "../tool.ts";
import { openWayOut, toolSourceContract, type ContractSystem } from "../tool-source.contract.ts";
import { playShop, startShop, TOKEN } from "./http-shop.contract.ts";
import { httpSource } from "./http.ts";

const order = { type: "object", properties: { number: { type: "integer" }, status: { type: "string" } }, required: ["number", "status"] };
const json = (status: number, body: unknown, headers: Record<string, string> = {}): Answer => ({ status, headers: { "content-type": "application/json", ...headers }, body: JSON.stringify(body) });

function declare(url: string, tools: Record<string, unknown>[], more: Record<string, unknown> = {}) {
  return { kind: "http", url, authentication: { bearer: { token: "${secret:shop_token}" } }, ...more, tools: tools.map((tool) => ({ purpose: "For a test.", risk: "read", ...tool })) };
}

async function start(): Promise<ContractSystem> {
  const shop = await startShop();
  const pay = { method: "POST", path: "/payments", risk: "money", input: { amount: { type: "integer" } }, body: { amount: "{amount}" } };
  return {
    ...playShop(shop),
    declaration: declare(shop.url, [
      { name: "get_order", path: "/orders/{number}", input: { number: { type: "integer" } }, bind: { email: "contact.email" }, matches: { "customer.email": "{email}" }, pick: "order", output: order },
      { name: "slow", path: "/slow", timeoutMs: 300 },
      { name: "large", path: "/large", maxOutputBytes: 1_000 },
      { name: "odd", path: "/orders/{number}", input: { number: { type: "integer" } }, output: { type: "array" } },
      { name: "pay", ...pay, idempotency: { header: "Idempotency-Key" }, output: { type: "object", required: ["id"] } },
      { name: "pay_once", ...pay },
    ]),
  };
}

toolSourceContract("http", httpSource, start);

const faultsOf = (declared: unknown) => (httpSource.declaration.safeParse(declared).error?.issues ?? []).map((issue) => `${issue.path.join(".")}: ${issue.message}`).join("\n");

type Asked = { peer: Peer; run(tool: string, given?: Record<string, unknown>): Promise<ToolResult>; secrets: Record<string, string> };

async function ask(tools: Record<string, unknown>[], respond: (heard: Heard) => Answer, more: Record<string, unknown> = {}): Promise<Asked & AsyncDisposable> {
  const peer = await startPeer(respond);
  const secrets: Record<string, string> = { shop_token: TOKEN };
  const declared = httpSource.declaration.parse(declare(peer.url, tools, more));
  const opened = await httpSource.open(declared, { file: "tools/x.yaml", folder: ".", tenantId: "acme", at: () => "" }, { secrets: { read: (_tenant, name) => Promise.resolve(secrets[name] ?? assert.fail(name)) }, clock: systemClock, log: createLog({ level: "error", isPretty: true }), fileFolders: [], ...openWayOut(["127.0.0.1"]) });
  return {
    peer, secrets,
    async run(name, given = {}) {
      const tool = opened.tools.find((each) => each.tool.name === name)?.tool ?? assert.fail(name);
      const input = tool.input.parse(given);
      if (!input.isFit) return assert.fail(input.reason);
      return tool.run(input.value, { tenantId: "acme", contact: { contactId: "c", email: "ada@example.com", externalId: null }, idempotencyKey: "call_1", sql: { query: () => assert.fail(), transaction: () => assert.fail() }, signal: new AbortController().signal });
    },
    [Symbol.asyncDispose]: () => peer[Symbol.asyncDispose](),
  };
}

async function failure(work: Promise<unknown>): Promise<AppError> {
  const thrown: unknown = await work.then((value) => assert.fail(`nothing was thrown: ${JSON.stringify(value)}`), (error: unknown) => error);
  return thrown instanceof AppError ? thrown : assert.fail(String(thrown));
}

test("http: a request is what its template says, and arguments stay what they are", async () => {
  const text = { type: "string" };
  const given = { a: "x/../y?z=1#${secret:shop_token}", list: [1, 2], page: null, amount: 3, note: "{amount} ${secret:shop_token}" };
  await using at = await ask(
    [{ name: "send", method: "POST", risk: "write", path: "/a/{a}{?page}", query: { list: "{list}", fixed: "yes", page: "{page}" }, headers: { "x-note": "n{amount}" }, body: { amount: "{amount}", nested: [{ note: "{note}", page: "{page}", braces: "{{amount}}" }], label: "{amount} of {note}" }, input: { a: text, list: { type: "array" }, page: { type: ["integer", "null"] }, amount: { type: "integer" }, note: text } }],
    () => json(200, {}), { headers: { "x-shop": "${secret:shop_token}" }, query: { k: "${secret:shop_token}" } },
  );
  await at.run("send", given);
  const [heard] = at.peer.heard;
  assert.deepEqual([heard?.method, heard?.url], ["POST", `/a/x%2F..%2Fy%3Fz%3D1%23%24%7Bsecret%3Ashop_token%7D?k=${TOKEN}&list=1&list=2&fixed=yes`]);
  assert.deepEqual([heard?.headers["x-shop"], heard?.headers["x-note"], heard?.headers.authorization], [TOKEN, "n3", `Bearer ${TOKEN}`]);
  assert.deepEqual(JSON.parse(heard?.body ?? ""), { amount: 3, nested: [{ note: given.note, page: null, braces: "{amount}" }], label: `3 of ${given.note}` });
  for (const a of ["..", "."]) assert.equal((await failure(at.run("send", { ...given, a }))).code, "tools.system_fault");
  assert.equal(at.peer.heard.length, 1);
});

test("http: a form has its fields, nested ones in brackets; a key goes into its field", async () => {
  await using at = await ask([{ name: "charge", method: "POST", risk: "money", contentType: "form", idempotency: { field: "key" }, body: { card: { number: "{number}", tags: ["a"] }, "expand[]": ["x", "y"] }, input: { number: { type: "string" } } }], () => json(200, {}));
  await at.run("charge", { number: "4 2" });
  assert.equal(at.peer.heard[0]?.body, "card%5Bnumber%5D=4+2&card%5Btags%5D%5B0%5D=a&expand%5B%5D=x&expand%5B%5D=y&key=call_1");
});

test("http: what a status means", async () => {
  const answers: Record<string, Answer> = {
    "/409": json(409, { error: { message: `Too late.\n"Ignore\u202e" Bearer ${TOKEN} ${"x".repeat(500)}` } }), "/422": { status: 422, body: "<html>" }, "/404": json(404, {}), "/400": json(400, { message: "private words" }), "/401": json(401, { message: TOKEN }), "/403": json(403, {}),
    "/429": json(429, {}, { "retry-after": "7" }), "/503": json(503, {}, { "retry-after": new Date(Date.now() + 60_000).toUTCString() }), "/often": json(403, {}, { "retry-after": "2" }), "/302": { status: 302, headers: { location: "/" } }, "/html": { headers: { "content-type": "text/html" }, body: "<!doctype html>" }, "/json": { body: "{\"a\":" }, "/204": { status: 204, headers: {} }, "/empty": json(200, { items: [] }), "/bare": json(200, {}), "/text": { headers: { "content-type": "text/plain" }, body: "fine" },
    "/created": json(201, { echo: `Bearer ${TOKEN}` }, { "x-request-id": "req_1" }),
  };
  const names = Object.keys(answers).map((path) => path.slice(1));
  await using at = await ask(names.map((name) => ({ name: `t_${name}`, path: `/${name}`, ...(["302", "created"].includes(name) ? { method: "POST", risk: "write" } : {}), ...(["empty", "bare"].includes(name) ? { pick: "items.0" } : {}), answer: name === "text" ? "text" : "json" })), (heard) => answers[heard.url] ?? assert.fail(heard.url));
  const run = (name: string) => at.run(`t_${name}`);
  const words = await run("409");
  assert.ok(words.kind === "refused" && words.say.startsWith("The system refused it and says: “Too late. 'Ignore ' Bearer *** xxx") && words.say.length < 350, JSON.stringify(words));
  assert.deepEqual(await run("422"), { kind: "refused", reason: "The system refused it.", say: "The system refused it." });
  assert.deepEqual([(await run("404")).kind, (await run("empty")).kind], ["not_found", "not_found"]);
  for (const [name, say] of [["400", /did not take the call: it answered 400\.$/], ["401", /The credential was refused/], ["403", /The credential was refused/], ["302", /sends the call elsewhere/], ["html", /another shape.*web page/], ["json", /not valid JSON/], ["bare", /another shape.*"items\.0"/]] as const) {
    const error = await failure(run(name));
    assert.equal(error.code, "tools.system_fault", name);
    assert.match(error.message, say);
  }
  const busy = await failure(run("429"));
  assert.deepEqual([busy.code, busy.details["retryAfterMs"]], ["tools.system_away", 7_000]);
  const often = await failure(run("often"));
  assert.deepEqual([often.code, often.details["retryAfterMs"]], ["tools.system_away", 2_000]);
  const down = await failure(run("503"));
  assert.ok(down.code === "tools.system_away" && Number(down.details["retryAfterMs"]) > 55_000 && Number(down.details["retryAfterMs"]) <= 60_000);
  const created = await run("created");
  assert.deepEqual(created.kind === "ok" && [created.output, created.evidence], [{ echo: "Bearer ***" }, `127.0.0.1:${at.peer.port} answered 201 (request req_1)`]);
  const [none, plain] = [await run("204"), await run("text")];
  assert.deepEqual([none.kind === "ok" && none.output, plain.kind === "ok" && plain.output], [null, "fine"]);
});

test("http: a token that has expired is renewed and the call made again, and one that no authority gives is said to be refused", async () => {
  let tokens = 0;
  const respond = (heard: Heard): Answer => {
    if (heard.url === "/token") return tokens >= 2 ? json(400, { error: "invalid_client" }) : json(200, { access_token: `token-number-${(tokens += 1)}`, expires_in: 3_600 });
    return heard.headers.authorization === "Bearer token-number-2" && tokens === 2 ? json(200, { ok: heard.headers.authorization }) : json(401, {});
  };
  const peer = await startPeer(respond);
  await using _ = peer;
  await using at = await ask([{ name: "read", path: "/read" }], respond, { authentication: { oauth2: { authority: peer.url, endpoints: { token: "/token" }, grant: "client_credentials", client: { id: "us", secret: "${secret:shop_token}" } } } });
  assert.deepEqual(await at.run("read"), { kind: "ok", output: { ok: "Bearer ***" }, say: "Done." });
  assert.equal(tokens, 2);
  at.secrets["shop_token"] = "another-secret";
  const error = await failure(at.run("read"));
  assert.deepEqual([error.code, /credential.*refused.*invalid_client/.test(error.message)], ["tools.system_fault", true], error.message);
});

test("http: a declaration says what is wrong with it", () => {
  const tool = { name: "t", purpose: "p", risk: "read" };
  const all = (more: Record<string, unknown>, system: Record<string, unknown> = {}) => faultsOf({ kind: "http", url: "https://shop.example", ...system, tools: [{ ...tool, ...more }] });
  assert.equal(all({ path: "/a/{x}", input: { x: {} } }), "");
  assert.equal(all({}, { url: "${secret:hook}" }), "");
  for (const [more, said] of [
    [{ path: "/a/{x}" }, /tools\.0\.path: There is no argument "x"/], [{ input: { x: {} } }, /"x" is not used/], [{ path: "/a/{+x}", input: { x: {} } }, /choose where/], [{ method: "DELETE" }, /DELETE changes something/], [{ risk: "money" }, /GET may be sent twice/],
    [{ body: {} }, /GET has no body/], [{ headers: { Authorization: "Bearer x" } }, /stored?.*baton secrets set|never stands in the file/], [{ method: "POST", risk: "write", idempotency: "key" }, /idempotencyKey/], [{ method: "POST", risk: "write", matches: { a: "b" } }, /effect has happened/],
  ] as const) assert.match(all(more), said);
  for (const [system, said] of [[{ url: "ftp://x" }, /begins with https/], [{ url: "https://x.example/{shop}" }, /url: "\{shop\}" is an argument/], [{ url: "https://u:p@x.example" }, /not in the address/], [{ url: "https://${secret:host}/x" }, /not in its host/], [{ authentication: { basic: { username: "a", password: "plain" } } }, /authentication\.basic\.password: "password" is a secret/], [{ authentication: {} }, /One of basic/], [{ headers: { "x-api-key": "plain" } }, /holds a credential/]] as const) assert.match(all({}, system), said);
});
