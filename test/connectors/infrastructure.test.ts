import assert from "node:assert/strict";
import { test } from "node:test";
import { verifyStandardWebhook } from "../../src/lib/standard-webhook.ts";
import { bodyOf, json, openHouse, outputOf, queryOf, scripted } from "./open-connector.ts";

const house = openHouse();

/** Source: grafana.com/docs/loki, HTTP API: query, query_range, labels. */
const loki = { connector: "loki", url: "http://loki", tenant: "acme", operations: ["query_logs", "query_metric", "list_labels", "list_label_values"] };

test("loki: lines by query, with the tenant it belongs to", async () => {
  await using at = await scripted(house(), loki, {
    "GET /loki/api/v1/query_range": [json({ status: "success", data: { resultType: "streams", result: [{ stream: { app: "checkout" }, values: [["1569266497240578000", "timeout"]] }], stats: {} } }), json({ status: "success", data: { resultType: "matrix", result: [] } }), { status: 400, headers: { "content-type": "text/plain; charset=utf-8" }, body: "parse error at line 1, col 1: syntax error" }],
    "GET /loki/api/v1/query": json({ status: "success", data: { resultType: "vector", result: [{ metric: { app: "checkout" }, value: [1588889221, "12"] }] } }),
    "GET /loki/api/v1/labels": json({ status: "success", data: ["app", "env"] }), "GET /loki/api/v1/label/app/values": json({ status: "success" }),
  });
  const query = '{app="checkout"} |= "timeout"';
  assert.deepEqual(outputOf(await at.call("loki_query_logs", { query, limit: 5 })), { items: [{ labels: { app: "checkout" }, lines: [["1569266497240578000", "timeout"]] }], isCut: false });
  assert.deepEqual(at.heard[0] && [queryOf(at.heard[0], "query"), queryOf(at.heard[0], "limit"), queryOf(at.heard[0], "start"), at.heard[0].headers["x-scope-orgid"]], [query, "5", null, "acme"]);
  assert.match((await at.call("loki_query_logs", { query })).reason ?? "", /ask query_metric/);
  assert.match((await at.call("loki_query_logs", { query })).reason ?? "", /does not understand/);
  assert.deepEqual(outputOf(await at.call("loki_query_metric", { query: "sum(rate({app=\"x\"}[5m]))" })), { items: [{ labels: { app: "checkout" }, value: "12", at: 1588889221 }], isCut: false });
  assert.deepEqual(outputOf(await at.call("loki_list_labels")), { names: ["app", "env"] });
  assert.deepEqual(outputOf(await at.call("loki_list_label_values", { label: "app" })), { values: null });
});

/** Source: prometheus.io, HTTP API; the same against a running Prometheus is in prometheus.test.ts. */
const prometheus = { connector: "prometheus", url: "http://prometheus", authentication: "token", secret: "proxy_token", operations: ["query", "query_range", "list_alerts", "list_targets"] };

test("prometheus: answers, a wrong query and a slow one", async () => {
  await using at = await scripted(house(), prometheus, {
    "GET /query": [json({ status: "success", data: { resultType: "vector", result: [{ metric: { __name__: "up", job: "web" }, value: [1435781451.781, "1"] }] } }), json({ status: "error", errorType: "bad_data", error: "invalid parameter \"query\": 1:3: parse error: unexpected end of input" }, 400), json({ status: "success", data: { resultType: "scalar", result: [1435781451.781, "1"] } }), json({ status: "error", errorType: "timeout", error: "query timed out" }, 503)],
    "GET /alerts": json({ status: "success", data: { alerts: [{ activeAt: "2026-07-04T20:27:12.6Z", annotations: {}, labels: { alertname: "Down" }, state: "firing", value: "1e+00" }] } }),
  });
  assert.deepEqual(outputOf(await at.call("prometheus_query", { query: "up" })), { items: [{ labels: { __name__: "up", job: "web" }, value: "1", at: 1435781451.781 }], isCut: false });
  assert.equal(at.heard[0]?.headers.authorization, "Bearer sk-very-secret-4711");
  assert.match((await at.call("prometheus_query", { query: "up{" })).reason ?? "", /unexpected end of input/);
  assert.match((await at.call("prometheus_query", { query: "1" })).reason ?? "", /vector/);
  assert.equal((await at.fault("prometheus_query", { query: "slow" })).code, "tools.system_away");
  assert.deepEqual(outputOf(await at.call("prometheus_list_alerts")), { items: [{ name: "Down", state: "firing", labels: { alertname: "Down" }, annotations: {}, since: "2026-07-04T20:27:12.6Z" }], isCut: false });
});

/** Source: docs.slack.dev, chat.postMessage, chat.delete, Rate limits. */
const slack = { connector: "slack", secret: "slack_token", operations: ["notify", "delete_message"] };

test("slack: what it refuses it refuses with a 200", async () => {
  await using at = await scripted(house(), slack, {
    "POST /chat.postMessage": [json({ ok: true, channel: "C0123456789", ts: "1503435956.000247", message: { text: "x" } }), json({ ok: false, error: "channel_not_found" }), json({ ok: false, error: "invalid_auth" }), json({ ok: false, error: "ratelimited" }, 429, { "retry-after": "30" })],
    "POST /chat.delete": json({ ok: false, error: "message_not_found" }),
  });
  const given = { channel: "#support", text: "Case 7 waits <!channel>" };
  assert.deepEqual(outputOf(await at.call("slack_notify", given)), { channel: "C0123456789", ts: "1503435956.000247" });
  assert.deepEqual(bodyOf(at.heard[0] ?? assert.fail("nothing was sent")), { ...given, unfurl_links: false, unfurl_media: false, parse: "none" });
  assert.equal(at.heard[0]?.headers.authorization, "Bearer sk-very-secret-4711");
  assert.match((await at.call("slack_notify", given)).reason ?? "", /channel_not_found/);
  assert.match((await at.fault("slack_notify", given)).message, /credential was refused/);
  assert.equal((await at.fault("slack_notify", given)).details["retryAfterMs"], 30_000);
  assert.equal((await at.call("slack_delete_message", { channel: "C0123456789", ts: "1.2" })).status, "not_found");
});

/** Source: Standard Webhooks 1.0. */
test("webhook: it is signed, and has the same id in every attempt", async () => {
  const sent: boolean[] = [];
  await using at = await scripted(house(), { connector: "webhook", url: "http://unused", secret: "hook_key", operations: ["send"] }, {
    "POST /": (heard) => {
      const { headers, body } = heard;
      const text = (name: string) => (typeof headers[name] === "string" ? headers[name] : undefined);
      sent.push(verifyStandardWebhook(["sk-very-secret-4711"], { id: text("webhook-id"), timestamp: text("webhook-timestamp"), signature: text("webhook-signature"), body }, Date.now()).kind === "valid");
      return sent.length === 1 ? { status: 502, body: "" } : { status: 204, body: "" };
    },
  });
  assert.deepEqual(outputOf(await at.call("webhook_send", { type: "invoice.disputed", data: { invoice: "A-1", amount: 1250 } }, "call_wh_1")), {});
  assert.deepEqual([sent, at.heard.map(({ headers }) => headers["webhook-id"])], [[true, true], ["call_wh_1", "call_wh_1"]]);
  assert.deepEqual(at.heard.map(bodyOf)[1], { type: "invoice.disputed", data: { invoice: "A-1", amount: 1250 } });
});
