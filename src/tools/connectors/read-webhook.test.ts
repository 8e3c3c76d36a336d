import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { test } from "node:test";
import { connectorFaults } from "./check-connector.ts";
import { loadConnectors } from "./load-connectors.ts";
import { readWebhook, type ReadWebhook } from "./read-webhook.ts";
import type { WebhookRequest } from "./verify-webhook.ts";
import { isKnownByBody, REMEMBERED_MS } from "./webhook.ts";

const NOW = Date.parse("2026-11-21T12:00:00Z");
const SECONDS = String(NOW / 1_000);
const SECRET = "whsec-of-the-system";
const hmac = (text: string, encoding: "hex" | "base64", key = SECRET) => createHmac("sha256", key).update(text).digest(encoding);
const connectorOf = (name: string) => loadConnectors().get(name) ?? assert.fail(`there is no connector ${name}`);
const requestOf = (body: unknown, headers: Record<string, string>): WebhookRequest => ({ method: "POST", url: "https://support.acme.com/hooks/x", headers, body: typeof body === "string" ? body : JSON.stringify(body) });

/** What each system sends, as its documentation shows it. */
const SENT: Record<string, { body: unknown; headers(body: string): Record<string, string>; expected: Record<string, unknown> }> = {
  zendesk: {
    body: { account_id: 1, detail: { id: "12158", subject: "Kettle", status: "OPEN", requester_id: "8", created_at: "2026-11-21T11:59:00Z", updated_at: "2026-11-21T11:59:30Z" }, event: {}, id: "2b24ef10", subject: "zen:ticket:12158", time: "2026-11-21T11:59:30Z", type: "zen:event-type:ticket.created" },
    headers: (body) => ({ "x-zendesk-webhook-signature": hmac(`2026-11-21T12:00:00Z${body}`, "base64"), "x-zendesk-webhook-signature-timestamp": "2026-11-21T12:00:00Z" }),
    expected: { id: "2b24ef10", type: "zen:event-type:ticket.created", isKnown: true, at: "2026-11-21T11:59:30.000Z", case: { id: "12158", status: "open", title: "Kettle", contactId: "8", url: null, openedAt: "2026-11-21T11:59:00.000Z", updatedAt: "2026-11-21T11:59:30.000Z" } },
  },
  chatwoot: {
    body: { event: "conversation_status_changed", id: 7, inbox_id: 1, status: "resolved", created_at: 1_755_000_000, updated_at: 1_755_000_100, meta: { sender: { id: 42, email: "Ada@Example.com", name: "Ada", phone_number: null } } },
    headers: (body) => ({ "x-chatwoot-signature": `sha256=${hmac(`${SECONDS}.${body}`, "hex")}`, "x-chatwoot-timestamp": SECONDS, "x-chatwoot-delivery": "d-1" }),
    expected: { type: "conversation_status_changed", isKnown: true, contact: { id: "42", email: "ada@example.com", name: "Ada", phone: null }, case: { id: "7", status: "resolved", title: null, contactId: "42", url: null, openedAt: "2025-08-12T12:00:00.000Z", updatedAt: "2025-08-12T12:01:40.000Z" } },
  },
  freshdesk: { body: { event: "ticket.created", id: 5, subject: "Kettle", status: "Open" }, headers: () => ({ "x-baton-token": SECRET }), expected: { type: "ticket.created", isKnown: true } },
  hubspot: {
    body: [{ eventId: 100, subscriptionId: 1, portalId: 2, occurredAt: NOW - 1_000, subscriptionType: "ticket.creation", objectId: 123 }, { eventId: 101, occurredAt: NOW, subscriptionType: "contact.creation", objectId: 124 }],
    headers: (body) => ({ "x-hubspot-signature-v3": hmac(`POSThttps://support.acme.com/hooks/x${body}${NOW}`, "base64"), "x-hubspot-request-timestamp": String(NOW) }),
    expected: { id: "100", type: "ticket.creation", isKnown: true, at: "2026-11-21T11:59:59.000Z" },
  },
  shopify: {
    body: { id: 1042, admin_graphql_api_id: "gid://shopify/Order/1042", name: "#1042", created_at: "2026-11-21T11:00:00Z", updated_at: "2026-11-21T11:00:00Z", fulfillment_status: "fulfilled", customer: { admin_graphql_api_id: "gid://shopify/Customer/7", email: "ada@example.com", first_name: "Ada", phone: null } },
    headers: (body) => ({ "x-shopify-hmac-sha256": hmac(body, "base64"), "x-shopify-topic": "orders/updated", "x-shopify-webhook-id": "w-1", "x-shopify-triggered-at": "2026-11-21T11:00:01Z" }),
    expected: { type: "orders/updated", isKnown: true, at: "2026-11-21T11:00:00.000Z", contact: { id: "gid://shopify/Customer/7", email: "ada@example.com", name: "Ada", phone: null } },
  },
  stripe: {
    body: { id: "evt_1", object: "event", type: "invoice.payment_failed", created: Number(SECONDS) - 5, data: { object: { id: "in_1", number: "A-1", customer: "cus_1", status: "open", created: 1_755_000_000, hosted_invoice_url: "https://invoice.stripe.com/i/x" } } },
    headers: (body) => ({ "stripe-signature": `t=${SECONDS},v1=${"0".repeat(64)},v1=${hmac(`${SECONDS}.${body}`, "hex")},v0=x` }),
    expected: { id: "evt_1", type: "invoice.payment_failed", isKnown: true, at: "2026-11-21T11:59:55.000Z", case: { id: "in_1", status: "open", title: "A-1", contactId: "cus_1", url: "https://invoice.stripe.com/i/x", openedAt: "2025-08-12T12:00:00.000Z", updatedAt: null } },
  },
  jira: {
    body: { timestamp: NOW - 2_000, webhookEvent: "jira:issue_updated", user: { accountId: "a1", displayName: "Ada" }, issue: { id: "1", key: "SUP-1", fields: { summary: "Leak", status: { statusCategory: { key: "done" } } } } },
    headers: (body) => ({ "x-hub-signature": `sha256=${hmac(body, "hex")}`, "x-atlassian-webhook-identifier": "j-1" }),
    expected: { type: "jira:issue_updated", isKnown: true, contact: { id: "a1", email: null, name: "Ada", phone: null }, case: { id: "SUP-1", status: "resolved", title: "Leak", contactId: null, url: null, openedAt: null, updatedAt: null } },
  },
  github: {
    body: { action: "closed", issue: { number: 7, title: "Leak", state: "closed", html_url: "https://github.com/x", user: { id: 1 } }, sender: { id: 1, login: "ada" } },
    headers: (body) => ({ "x-hub-signature-256": `sha256=${hmac(body, "hex")}`, "x-github-event": "issues", "x-github-delivery": "g-1" }),
    expected: { type: "issues.closed", isKnown: true, case: { id: "7", status: "resolved", title: "Leak", contactId: "1", url: "https://github.com/x", openedAt: null, updatedAt: null } },
  },
  prometheus: { body: { version: "4", status: "firing", groupKey: "{}", alerts: [] }, headers: () => ({ authorization: `Bearer ${SECRET}` }), expected: { type: "firing", isKnown: true } },
  slack: {
    body: { type: "event_callback", event_id: "Ev1", event_time: Number(SECONDS), event: { type: "app_mention", text: "hi" } },
    headers: (body) => ({ "x-slack-signature": `v0=${hmac(`v0:${SECONDS}:${body}`, "hex")}`, "x-slack-request-timestamp": SECONDS }),
    expected: { id: "Ev1", type: "app_mention", isKnown: true, at: "2026-11-21T12:00:00.000Z" },
  },
  webhook: {
    body: { type: "invoice.paid", timestamp: "2026-11-21T11:00:00Z", data: {} },
    headers: (body) => ({ "webhook-id": "msg_1", "webhook-timestamp": SECONDS, "webhook-signature": `v1,${hmac(`msg_1.${SECONDS}.${body}`, "base64")}` }),
    expected: { id: "msg_1", type: "invoice.paid", isKnown: false, at: "2026-11-21T11:00:00.000Z" },
  },
};

const eventsOf = (read: ReadWebhook) => (read.kind === "read" ? read.events : assert.fail(JSON.stringify(read)));

test("every connector that sends webhooks has one here", () => {
  assert.deepEqual(Object.keys(SENT).sort(), [...loadConnectors().values()].filter(({ webhook }) => webhook !== undefined).map(({ name }) => name).sort());
});

for (const [name, { body, headers, expected }] of Object.entries(SENT)) {
  const text = JSON.stringify(body);
  const read = (request: WebhookRequest, secrets = [SECRET], nowMs = NOW) => readWebhook(connectorOf(name), secrets, request, nowMs);

  test(`${name}: a webhook is read as what it tells, and a repeat has the same id`, () => {
    const [event] = eventsOf(read(requestOf(text, headers(text))));
    assert.deepEqual({ ...event, ...expected }, event);
    assert.equal(eventsOf(read(requestOf(text, headers(text))))[0]?.id, event?.id);
    assert.equal(read(requestOf(text, headers(text)), ["an-older-secret", SECRET]).kind, "read");
  });

  test(`${name}: another key, another body or no signature is refused`, () => {
    const isToken = connectorOf(name).webhook?.signature.kind === "token";
    assert.equal(read(requestOf(text, headers(text)), ["another"]).kind, "refused");
    assert.equal(read(requestOf(text, headers(text)), []).kind, "refused");
    assert.equal(read(requestOf(text, {})).kind, "refused");
    if (!isToken) assert.equal(read(requestOf(`${text} `, headers(text))).kind, "refused");
  });

  test(`${name}: what names its time is good for five minutes`, () => {
    const signature = connectorOf(name).webhook?.signature;
    const hasTime = signature?.kind === "standard" || (signature?.kind === "hmac" && signature.timestamp !== undefined);
    for (const nowMs of [NOW + 301_000, NOW - 301_000]) assert.equal(read(requestOf(text, headers(text)), [SECRET], nowMs).kind, hasTime ? "refused" : "read");
  });
}

test("slack: its try of the address is answered, by whoever knows the secret", () => {
  const text = JSON.stringify({ type: "url_verification", challenge: "3eZb", token: "x" });
  const headers = { "x-slack-signature": `v0=${hmac(`v0:${SECONDS}:${text}`, "hex")}`, "x-slack-request-timestamp": SECONDS };
  assert.deepEqual(readWebhook(connectorOf("slack"), [SECRET], requestOf(text, headers), NOW), { kind: "challenge", text: "3eZb" });
  assert.equal(readWebhook(connectorOf("slack"), ["another"], requestOf(text, headers), NOW).kind, "refused");
});

const BY_BODY = ["chatwoot", "github", "jira", "shopify"];

test("where no id of the delivery is signed, the digest of the body counts, whatever its headers say", () => {
  const remembered = [...loadConnectors().values()].filter(({ webhook }) => webhook !== undefined && isKnownByBody(webhook)).map(({ name }) => name);
  assert.deepEqual(remembered.sort(), BY_BODY);
  for (const [name, { body, headers }] of Object.entries(SENT)) {
    const text = JSON.stringify(body);
    const changed = Object.fromEntries(Object.entries(headers(text)).map(([header, value]) => [header, /delivery|identifier|webhook-id/.test(header) && name !== "webhook" ? `${value}-other` : value]));
    const [first, again] = [headers(text), changed].map((given) => eventsOf(readWebhook(connectorOf(name), [SECRET], requestOf(text, given), NOW))[0]);
    assert.deepEqual([again?.id, again?.digest], [first?.id, first?.digest], name);
    assert.equal(first?.digest === null, !BY_BODY.includes(name), name);
  }
});

test("github: another event in the header does not make it another; shopify: an order that is made is sent as two types with one body", () => {
  const digestOf = (name: string, header: string, type: string) => {
    const text = JSON.stringify(SENT[name]?.body);
    return eventsOf(readWebhook(connectorOf(name), [SECRET], requestOf(text, { ...SENT[name]?.headers(text), [header]: type }), NOW))[0]?.digest;
  };
  assert.equal(digestOf("github", "x-github-event", "issues"), digestOf("github", "x-github-event", "issue_comment"));
  assert.notEqual(digestOf("shopify", "x-shopify-topic", "orders/create"), digestOf("shopify", "x-shopify-topic", "orders/updated"));
});

test("what is older than it is remembered is refused by the time in its body", () => {
  for (const name of ["jira", "shopify"]) {
    const text = JSON.stringify(SENT[name]?.body);
    const at = (nowMs: number) => readWebhook(connectorOf(name), [SECRET], requestOf(text, SENT[name]?.headers(text) ?? {}), nowMs);
    assert.equal(at(NOW + REMEMBERED_MS - 3_700_000).kind, "read", name);
    assert.deepEqual(at(NOW + REMEMBERED_MS + 1_000), { kind: "refused", reason: "it is older than 90 days" }, name);
  }
});

test("a connector that takes its id from a header which is not signed is faulty", () => {
  const github = connectorOf("github");
  const webhook = github.webhook ?? assert.fail();
  assert.match(connectorFaults({ ...github, webhook: { ...webhook, id: { header: "x-github-delivery" } } }).join(), /webhook\.id/);
});

test("a body that is no JSON is refused after its signature was checked", () => {
  const read = readWebhook(connectorOf("github"), [SECRET], requestOf("{", { "x-hub-signature-256": `sha256=${hmac("{", "hex")}`, "x-github-event": "ping" }), NOW);
  assert.deepEqual(read, { kind: "refused", reason: "its body is no JSON" });
});
