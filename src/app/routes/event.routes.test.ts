import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { after, before, describe, test } from "node:test";
import { OpenAPIHono } from "@hono/zod-openapi";
import { z } from "zod";
import { startTestApp, type TestApp } from "../../../test/start-test-app.ts";
import { createKey } from "../../identity/authenticate.ts";
import type { ApiEnv } from "../http/api.ts";
import { toProblem } from "../http/problem.ts";
import { readBody } from "../http/read-body.ts";
import { eventRoutes } from "./event.routes.ts";

const taken = z.object({ events: z.array(z.object({ id: z.string(), status: z.string(), listeners: z.number() })) });
const SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

describe("POST /api/events", () => {
  let app: TestApp;
  let key: string;
  let counted = 0;
  const doors = new Map<string, OpenAPIHono<ApiEnv>>();

  before(async () => {
    app = await startTestApp();
    const { running: { app: parts } } = app;
    key = await createKey(parts.identity, parts.workspace.tenantId, "a test");
    for (const [name, secrets] of [["open", [SECRET]], ["unset", []]] as const) {
      const http = new OpenAPIHono<ApiEnv>();
      http.onError((error, c) => toProblem(c, error, parts.log));
      http.use("/api/*", readBody);
      http.route("/", eventRoutes(parts, { deps: parts.workflows.events, secrets }));
      doors.set(name, http);
    }
  });
  after(() => app[Symbol.asyncDispose]());

  const event = (more: Record<string, unknown> = {}) => ({ specversion: "1.0", id: `e${(counted += 1)}`, source: "https://shop.example", type: "com.example.order.shipped", data: { order: 1 }, ...more });
  const post = async (body: unknown, headers: Record<string, string> = { authorization: `Bearer ${key}` }, door = "open") => {
    const answer = await doors.get(door)?.request("/api/events", { method: "POST", body: typeof body === "string" ? body : JSON.stringify(body), headers: { "content-type": "application/json", ...headers } });
    assert.ok(answer);
    return { status: answer.status, body: z.record(z.string(), z.unknown()).parse(await answer.json()) };
  };
  const signed = (body: string, options: { secret?: string; atS?: number } = {}) => {
    const timestamp = String(options.atS ?? Math.floor(Date.now() / 1_000));
    const signature = createHmac("sha256", Buffer.from((options.secret ?? SECRET).slice(6), "base64")).update(`msg_1.${timestamp}.${body}`).digest("base64");
    return { "webhook-id": "msg_1", "webhook-timestamp": timestamp, "webhook-signature": `v1,${signature}` };
  };

  test("an event with an API key is stored; nobody listens, and the answer says so; again it is a duplicate", async () => {
    const one = event();
    assert.deepEqual(await post(one), { status: 202, body: { events: [{ id: one.id, status: "accepted", listeners: 0 }] } });
    assert.deepEqual(await post(one), { status: 200, body: { events: [{ id: one.id, status: "duplicate", listeners: 0 }] } });
  });

  test("an event that is signed right needs no key", async () => {
    const text = JSON.stringify(event());
    assert.equal((await post(text, signed(text))).status, 202);
  });

  test("a wrong signature, an old one and none at all are refused", async () => {
    const text = JSON.stringify(event());
    for (const [headers, door] of [[signed(text, { secret: "whsec_AAAAAAAAAAAAAAAAAAAAAAAA" }), "open"], [signed(text, { atS: Math.floor(Date.now() / 1_000) - 301 }), "open"], [signed(`${text} `), "open"], [signed(text), "unset"], [{}, "open"]] as const) {
      assert.equal((await post(text, headers, door)).status, 401);
    }
    assert.match(String((await post(text, signed(text), "unset")).body["detail"]), /BATON_EVENTS_SECRET/);
  });

  test("a person's sign-in is not enough", async () => {
    assert.equal((await post(event(), await app.signIn())).status, 403);
  });

  test("a batch is taken in one go, with an answer for each", async () => {
    const [one, two] = [event(), event()];
    const answer = await post([one, two, one]);
    assert.deepEqual(taken.parse(answer.body).events.map((each) => each.status), ["accepted", "accepted", "duplicate"]);
  });

  test("what is no CloudEvent is refused with the place, and nothing of its batch is kept", async () => {
    const good = event();
    const bad = await post([good, event({ specversion: "0.3" })]);
    assert.equal(bad.status, 422);
    assert.match(String(bad.body["detail"]), /Event 2 of the batch is not a CloudEvent 1.0[\s\S]*specversion/);
    assert.equal((await post(good)).status, 202, "not a duplicate");
    for (const body of [{}, [], "null", '"text"', "7", event({ id: "" }), event({ time: "yesterday" }), event({ extension: { not: "scalar" } }), event({ data: "a\u0000b" }), Array.from({ length: 101 }, () => event())]) assert.equal((await post(body)).status, 422, JSON.stringify(body).slice(0, 80));
    assert.equal((await post("{not json")).status, 400);
  });

  test("a time in the future is taken as it is told", async () => {
    assert.equal((await post(event({ time: "2099-01-01T00:00:00Z" }))).status, 202);
    assert.equal((await post(event({ time: "2099-01-01T00:00:00+14:00" }))).status, 202);
  });

  test("data of 200 kB is stored, of 1 MB refused by its size, and NUL wherever it hides", async () => {
    const large = event({ data: { text: "ü".repeat(100_000) } });
    assert.equal((await post(large)).status, 202);
    assert.equal((await post(large)).status, 200);
    assert.equal((await post(event({ data: { text: "x".repeat(1_000_000) } }))).status, 413);
    for (const more of [{ data: { ["a\u0000"]: 1 } }, { subject: "s\u0000" }, { id: "i\u0000" }, { extension: "e\u0000" }]) assert.equal((await post(event(more))).status, 422, JSON.stringify(more));
  });

  test("a pattern in a filter that would run for ever elsewhere answers in time; one that no engine can bound is refused", async () => {
    const publish = async (name: string, subject: string) => {
      const text = `document: { dsl: '1.0.3', namespace: test, name: ${name}, version: '1.0.0' }\nschedule:\n  on:\n    one:\n      with: { type: com.example.slow, subject: '${subject}' }\ndo:\n  - done: { set: { ok: true } }\n`;
      const answer = await app.request("/api/publishes", { method: "POST", headers: { ...(await app.signIn()), "content-type": "application/json" }, body: JSON.stringify({ documents: [{ file: `workflows/${name}.yaml`, text }] }) });
      return z.object({ status: z.string(), findings: z.array(z.object({ rule: z.string(), severity: z.string() }).loose()) }).parse(await answer.json());
    };
    const published = await publish("slow", "(a+)+x");
    assert.deepEqual([published.status, published.findings.filter((finding) => finding.severity === "error")], ["published", []]);
    const startedMs = performance.now();
    for (const [subject, listeners] of [["a".repeat(499), 0], [`${"a".repeat(498)}x`, 1]] as const) assert.equal(taken.parse((await post(event({ type: "com.example.slow", subject }))).body).events[0]?.listeners, listeners);
    assert.ok(performance.now() - startedMs < 2_000);
    const refused = await publish("worse", "(a+)\\1");
    assert.deepEqual([refused.status, refused.findings.filter((finding) => finding.severity === "error").map((finding) => finding.rule)], ["refused", ["pattern"]]);
  });

  test("the document describes what one event needs", () => {
    const document = doors.get("open")?.getOpenAPI31Document({ openapi: "3.1.0", info: { title: "t", version: "1" } });
    const operation = JSON.stringify(document?.paths?.["/api/events"]?.post);
    assert.match(operation, /"required":\["specversion","id","source","type"\]/);
    assert.match(operation, /"specversion":\{"type":"string","enum":\["1.0"\]\}/);
  });

  test("what Baton itself tells cannot be sent from outside", async () => {
    for (const more of [{ type: "case.opened" }, { source: "https://baton.dev" }]) assert.equal((await post(event(more))).status, 403);
  });
});
