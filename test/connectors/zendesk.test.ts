import assert from "node:assert/strict";
import { test } from "node:test";
import { asked, bodyOf, json, openHouse, outputOf, queryOf, scripted } from "./open-connector.ts";

/** Source: developer.zendesk.com, Ticketing API: Tickets, Search, Users, Rate limits. */
const house = openHouse();
const declared = { connector: "zendesk", subdomain: "acme", agent_email: "bot@acme.com", secret: "zendesk_token", operations: ["my_tickets", "my_ticket", "create_ticket", "add_comment", "add_note", "set_status"] };
const ticket = (id: number, more: Record<string, unknown> = {}) => ({ url: `https://acme.zendesk.com/api/v2/tickets/${id}.json`, id, external_id: null, via: { channel: "web" }, created_at: "2026-07-20T22:55:29Z", updated_at: "2026-07-21T10:00:00Z", type: "incident", subject: "My kettle", raw_subject: "My kettle", description: "It leaks.", priority: "high", status: "open", requester_id: 20978392, submitter_id: 76872, assignee_id: 235323, tags: ["a"], custom_fields: [], ...more });
const ada = { users: [{ id: 20978392, name: "Ada", email: "Ada@example.com", role: "end-user" }], next_page: null, previous_page: null, count: 1 };

test("zendesk: own tickets are searched by the contact's address, over pages of the same account", async () => {
  await using at = await scripted(house(), declared, {
    "GET /api/v2/search.json": (heard) => (queryOf(heard, "page") === "2" ? json({ results: [ticket(2)], next_page: null, count: 2 }) : json({ results: [{ ...ticket(1), result_type: "ticket" }], next_page: `${at.url}/api/v2/search.json?page=2&query=x`, count: 2 })),
  });
  const output = outputOf(await at.call("zendesk_my_tickets", { status: "open" }));
  assert.deepEqual(output, { items: [1, 2].map((id) => ({ id, subject: "My kettle", status: "open", priority: "high", created_at: "2026-07-20T22:55:29Z", updated_at: "2026-07-21T10:00:00Z" })), isCut: false });
  const [first] = at.heard;
  assert.equal(first && queryOf(first, "query"), 'type:ticket requester:"ada@example.com" status:open');
  assert.equal(first?.headers.authorization, `Basic ${Buffer.from("bot@acme.com/token:sk-very-secret-4711").toString("base64")}`);
});

test("zendesk: a next page of another host is not asked for", async () => {
  await using at = await scripted(house(), declared, { "GET /api/v2/search.json": json({ results: [ticket(1)], next_page: "https://evil.example.com/api/v2/search.json?page=2", count: 2 }) });
  const record = await at.call("zendesk_my_tickets");
  assert.deepEqual([record.status, at.heard.length], ["failed", 1]);
});

test("zendesk: another's ticket is not found, and gets no comment", async () => {
  await using at = await scripted(house(), declared, { "GET /api/v2/users/search.json": json(ada), "GET /api/v2/tickets/7.json": json({ ticket: ticket(7, { requester_id: 1 }) }), "GET /api/v2/tickets/8.json": json({ ticket: ticket(8) }), "PUT /api/v2/tickets/8.json": json({ ticket: ticket(8), audit: {} }) });
  assert.equal((await at.call("zendesk_my_ticket", { ticket_id: 7 })).status, "not_found");
  assert.equal((await at.call("zendesk_add_comment", { ticket_id: 7, text: "hello" })).status, "not_found");
  const own = await at.call("zendesk_my_ticket", { ticket_id: 8 });
  assert.deepEqual([own.say, Object(own.output).description], ["Ticket 8 is open.", "It leaks."]);
  assert.deepEqual(outputOf(await at.call("zendesk_add_comment", { ticket_id: 8, text: "Thanks {text}" })), { id: 8, status: "open" });
  const writes = at.heard.filter(({ method }) => method !== "GET");
  assert.deepEqual(writes.map((heard) => [asked(heard), bodyOf(heard)]), [["PUT /api/v2/tickets/8.json", { ticket: { comment: { body: "Thanks {text}", public: true } } }]]);
});

test("zendesk: a ticket is made under the call's key, and the key goes with every attempt", async () => {
  await using at = await scripted(house(), declared, { "POST /api/v2/tickets.json": [{ status: 503, headers: { "retry-after": "0" }, body: "" }, json({ ticket: ticket(35436), audit: { id: 1 } }, 201, { "x-idempotency-lookup": "miss" })] });
  assert.deepEqual(outputOf(await at.call("zendesk_create_ticket", { subject: "My kettle", text: "It leaks." }, "call_zd_1")), { id: 35436, status: "open" });
  assert.deepEqual(at.heard.map(({ headers }) => headers["idempotency-key"]), ["call_zd_1", "call_zd_1"]);
  assert.deepEqual(at.heard.map(bodyOf)[0], { ticket: { subject: "My kettle", comment: { body: "It leaks." }, requester: { email: "ada@example.com", name: "ada@example.com" } } });
});

test("zendesk: what it says of limits, keys and wrong values is understood", async () => {
  await using at = await scripted(house(), declared, {
    "PUT /api/v2/tickets/1.json": [json({ error: "TooManyRequests", description: "rate limit" }, 429, { "retry-after": "93" }), json({ error: "RecordInvalid", description: "Record validation errors", details: { base: [{ description: "Status: closed prevents ticket update" }] } }, 422), json({ error: "RecordNotFound", description: "Not found" }, 404), json({ error: "Couldn't authenticate you" }, 401), json({ error: "Forbidden" }, 403)],
    "POST /api/v2/tickets.json": json({ error: "IdempotentRequestError", description: "key reused" }, 400),
  });
  const set = { ticket_id: 1, status: "solved" };
  const slow = await at.fault("zendesk_set_status", set);
  assert.deepEqual([slow.code, slow.details["retryAfterMs"]], ["tools.system_away", 93_000]);
  const refused = await at.call("zendesk_set_status", set);
  assert.deepEqual([refused.status, refused.reason], ["refused", "The system refused it and says: “Status: closed prevents ticket update”"]);
  assert.equal((await at.call("zendesk_set_status", set)).status, "not_found");
  for (const status of [401, 403]) assert.match((await at.fault("zendesk_set_status", set)).message, new RegExp(`credential was refused.*${status}`));
  assert.match((await at.fault("zendesk_create_ticket", { subject: "x", text: "y" })).message, /same key was used/);
});

test("zendesk: a note is not repeated, since nothing keeps a second one from being made", async () => {
  await using at = await scripted(house(), declared, { "PUT /api/v2/tickets/1.json": json({}, 502) });
  assert.deepEqual([(await at.call("zendesk_add_note", { ticket_id: 1, text: "x" })).status, at.heard.length], ["failed", 1]);
});
