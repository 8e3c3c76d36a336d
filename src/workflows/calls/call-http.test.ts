import assert from "node:assert/strict";
import { test } from "node:test";
import { gzipSync } from "node:zlib";
import { AppError } from "../../lib/app-error.ts";
import { toWorkflowError } from "../run/faults.ts";
import { createHttpCall } from "./call-http.ts";
import { isPublicAddress } from "../../outbound/guard-address.ts";
import { makeCall, makeOutside, startPeer, type Answer, type Heard } from "./outside-call.contract.ts";

const pet = JSON.stringify({ id: 1, name: "Milou" });

async function errorOf(work: Promise<unknown>) {
  try {
    await work;
  } catch (error) {
    assert.ok(error instanceof AppError, String(error));
    return { ...toWorkflowError(error, "/do/0/callIt"), isRetryable: error.isRetryable };
  }
  return assert.fail("nothing was thrown");
}

const COMMUNICATION = "https://serverlessworkflow.io/spec/1.0.0/errors/communication";

test("the path is taken from the input and the answer is its content", async () => {
  await using peer = await startPeer(() => ({ body: pet }));
  const http = createHttpCall(makeOutside());
  assert.deepEqual(await http(makeCall({ with: { method: "get", endpoint: `${peer.url}/pet/{petId}` }, data: { petId: "1/2 ü" } })), { id: 1, name: "Milou" });
  assert.equal(peer.heard[0]?.url, "/pet/1%2F2%20%C3%BC");
  assert.equal(peer.heard[0]?.headers["idempotency-key"], undefined);
});

test("query, headers and a JSON body are sent, with the task's key on what is no GET", async () => {
  await using peer = await startPeer(() => ({ status: 201, body: "" }));
  const http = createHttpCall(makeOutside());
  assert.equal(await http(makeCall({ with: { method: "post", endpoint: { uri: `${peer.url}/orders{?page}` }, query: { tag: ["a", "b"], n: 2, none: null }, headers: { "X-Shop": "one" }, body: { amount: 5 } }, data: {} })), null);
  const [heard] = peer.heard;
  assert.equal(heard?.url, "/orders?tag=a&tag=b&n=2");
  assert.deepEqual([heard?.headers["x-shop"], heard?.headers["content-type"], heard?.headers["idempotency-key"], heard?.body], ["one", "application/json", "run_1:/do/0/callIt:1", '{"amount":5}']);
});

test("a form body goes out as a form and a text as text", async () => {
  await using peer = await startPeer(() => ({}));
  const http = createHttpCall(makeOutside());
  await http(makeCall({ with: { method: "POST", endpoint: peer.url, headers: { "content-type": "application/x-www-form-urlencoded" }, body: { a: "x y", b: [1, 2] } } }));
  await http(makeCall({ with: { method: "PUT", endpoint: peer.url, body: "hello" } }));
  assert.deepEqual(peer.heard.map((one) => one.body), ["a=x+y&b=1&b=2", "hello"]);
});

test("output response holds request, status, headers and content, but no sign-in and no secret", async () => {
  await using peer = await startPeer(() => ({ body: pet }));
  const http = createHttpCall(makeOutside());
  const answer = await http(makeCall({ with: { method: "get", endpoint: { uri: `${peer.url}/pet/1`, authentication: { bearer: { token: "tok-secret-1" } } }, query: { key: "tok-secret-1" }, headers: { "x-key": "tok-secret-1" }, output: "response" }, secrets: { shop: "tok-secret-1" } }));
  assert.equal(peer.heard[0]?.headers.authorization, "Bearer tok-secret-1");
  const text = JSON.stringify(answer);
  assert.ok(!text.includes("tok-secret-1"), text);
  assert.match(text, /"statusCode":200/);
  assert.match(text, /"content":\{"id":1,"name":"Milou"\}/);
  assert.match(text, /"method":"get"/);
});

test("output raw is base64, and binary content is too", async () => {
  await using peer = await startPeer((heard) => (heard.url === "/raw" ? { body: pet } : { headers: { "content-type": "image/png" }, body: Uint8Array.from([137, 80, 0, 255]) }));
  const http = createHttpCall(makeOutside());
  assert.equal(await http(makeCall({ with: { method: "get", endpoint: `${peer.url}/raw`, output: "raw" } })), Buffer.from(pet).toString("base64"));
  assert.equal(await http(makeCall({ with: { method: "get", endpoint: `${peer.url}/png` } })), "iVAA/w==");
});

test("an error status is the standard's communication error with that status", async () => {
  await using peer = await startPeer(() => ({ status: 404, body: '{"secret":"of the other side"}' }));
  const error = await errorOf(createHttpCall(makeOutside())(makeCall({ with: { method: "get", endpoint: `${peer.url}/pet/{name}?token=abc` }, data: { name: "Milou" } })));
  assert.deepEqual([error.type, error.status, error.detail], [COMMUNICATION, 404, `GET ${peer.url}/pet/Milou answered 404.`]);
});

test("a redirect is an error, unless the document says otherwise; then it is followed and the key stays home", async () => {
  await using other = await startPeer(() => ({ body: pet }));
  await using peer = await startPeer((heard) => ({ status: 302, headers: { location: heard.url === "/a" ? "/b" : `${other.url}/pet` } }));
  const http = createHttpCall(makeOutside());
  assert.equal((await errorOf(http(makeCall({ with: { method: "get", endpoint: `${peer.url}/a` } })))).status, 302);
  assert.deepEqual(await http(makeCall({ with: { method: "get", endpoint: { uri: `${peer.url}/a`, authentication: { bearer: { token: "t" } } }, headers: { "x-api-key": "k" }, redirect: true } })), { id: 1, name: "Milou" });
  assert.equal(peer.heard.at(-1)?.headers.authorization, "Bearer t");
  assert.deepEqual([other.heard[0]?.headers.authorization, other.heard[0]?.headers["x-api-key"]], [undefined, undefined]);
  assert.equal(await http(makeCall({ with: { method: "post", endpoint: `${peer.url}/c`, redirect: true } })), "{}");
});

test("a redirect into the private network is refused like a call there", async () => {
  await using peer = await startPeer(() => ({ status: 302, headers: { location: "http://169.254.169.254/latest/meta-data" } }));
  const error = await errorOf(createHttpCall(makeOutside())(makeCall({ with: { method: "get", endpoint: peer.url, redirect: true } })));
  assert.deepEqual([error.type.split("/").at(-1), error.status], ["authorization", 403]);
});

test("private addresses are refused in every spelling, by name too, unless the operator lists them", async () => {
  await using peer = await startPeer(() => ({ body: pet }));
  const http = createHttpCall(makeOutside({ allowed: [] }));
  for (const host of ["127.0.0.1", "0x7f000001", "2130706433", "127.1", "0", "localhost", "[::1]", "[::ffff:127.0.0.1]", "[64:ff9b::7f00:1]", "10.0.0.8", "192.168.1.1", "169.254.169.254", "[fd00::1]", "[fe80::1]"]) {
    const error = await errorOf(http(makeCall({ with: { method: "get", endpoint: `http://${host}:${peer.port}/` } })));
    assert.deepEqual([error.type.split("/").at(-1), error.status], ["authorization", 403], host);
  }
  assert.equal(peer.heard.length, 0);
  const byName = createHttpCall(makeOutside({ allowed: [`localhost:${peer.port}`] }));
  assert.deepEqual(await byName(makeCall({ with: { method: "get", endpoint: `http://localhost:${peer.port}/` } })), { id: 1, name: "Milou" });
  assert.ok(["8.8.8.8", "2606:4700::1111"].every(isPublicAddress));
});

test("addresses that are none, other schemes, and dots as path values are refused by name", async () => {
  const http = createHttpCall(makeOutside());
  const cases: [unknown, unknown, RegExp][] = [
    ["ftp://example.com/x", {}, /only http and https/], ["file:///etc/passwd", {}, /only http and https/], ["not an address", {}, /is not an address/], ["https://u:p@example.com/", {}, /user name/],
    ["http://127.0.0.1/{id}", {}, /needs "id"/], ["http://127.0.0.1/a/{id}/b", { id: ".." }, /change the path/], [{ url: "x" }, {}, /neither an address/], ["http://127.0.0.1/{id}", { id: { a: [] } }, /neither text nor a number/],
  ];
  for (const [endpoint, data, message] of cases) {
    const error = await errorOf(http(makeCall({ with: { method: "get", endpoint }, data })));
    assert.deepEqual([error.type.split("/").at(-1), error.status], ["configuration", 400]);
    assert.match(error.detail ?? "", message);
  }
  assert.match((await errorOf(http(makeCall({ with: { method: "get", endpoint: "http://127.0.0.1/", headers: { Host: "x" } } })))).detail ?? "", /"host" is set by Baton/);
  assert.match((await errorOf(http(makeCall({ with: { method: "get", endpoint: "http://127.0.0.1/", headers: { "x-a": "1\r\nx-b: 2" } } })))).detail ?? "", /characters/);
});

test("time up, silence and size end as errors that say so", async () => {
  const answers: Record<string, Answer> = { "/slow": { delayMs: 2_000 }, "/large": { body: JSON.stringify("x".repeat(200_000)) }, "/bomb": { headers: { "content-type": "application/json", "content-encoding": "gzip" }, body: gzipSync(JSON.stringify("x".repeat(5_000_000))) }, "/broken": { body: "{not json" } };
  await using peer = await startPeer((heard: Heard) => answers[heard.url] ?? {});
  const http = createHttpCall(makeOutside({ timeoutMs: 300 }));
  const get = (endpoint: string) => errorOf(http(makeCall({ with: { method: "get", endpoint } })));
  assert.deepEqual((({ type, status }) => [type.split("/").at(-1), status])(await get(`${peer.url}/slow`)), ["timeout", 408]);
  assert.match((await get(`${peer.url}/large`)).detail ?? "", /larger than 97 kB/);
  assert.match((await get(`${peer.url}/bomb`)).detail ?? "", /larger than 97 kB/);
  assert.deepEqual((({ type, status }) => [type, status])(await get(`${peer.url}/broken`)), [COMMUNICATION, 502]);
  const closed = await get("http://127.0.0.1:1/");
  assert.deepEqual([closed.type, closed.status], [COMMUNICATION, 500]);
  assert.match(closed.detail ?? "", /ECONNREFUSED/);
});

test("an abandoned attempt is tried again, it is no error of the document", async () => {
  await using peer = await startPeer(() => ({ delayMs: 2_000 }));
  const error = await errorOf(createHttpCall(makeOutside())(makeCall({ with: { method: "get", endpoint: peer.url }, signal: AbortSignal.timeout(100) })));
  assert.equal(error.isRetryable, true);
});

test("an address that fails is told by its origin: the path may hold a secret", async () => {
  await using peer = await startPeer((heard: Heard) => (heard.url.startsWith("/slow") ? { delayMs: 2_000 } : { body: JSON.stringify("x".repeat(200_000)) }));
  const http = createHttpCall(makeOutside({ timeoutMs: 300 }));
  for (const endpoint of [`${peer.url}/slow/T0-secret`, `${peer.url}/large/T0-secret`, "http://127.0.0.1:1/T0-secret", "hooks.example.com/T0-secret"]) {
    assert.doesNotMatch((await errorOf(http(makeCall({ with: { method: "get", endpoint } })))).detail ?? "", /T0-secret/);
  }
});
