import assert from "node:assert/strict";
import { test } from "node:test";
import { asked, bodyOf, json, openHouse, outputOf, queryOf, scripted } from "./open-connector.ts";

const house = openHouse();

/** Source: developers.chatwoot.com, Application API: Contacts, Conversations, Messages. */
const chatwoot = { connector: "chatwoot", account_id: "3", secret: "chatwoot_token", operations: ["find_contact", "my_conversations", "list_conversations", "add_note", "delete_message", "set_status"] };
const person = { meta: { count: 1, current_page: 1 }, payload: [{ id: 42, name: "Ada", email: "ada@example.com", phone_number: null, thumbnail: "", additional_attributes: {}, contact_inboxes: [] }] };
const conversation = (id: number) => ({ id, account_id: 3, inbox_id: 1, status: "open", priority: null, created_at: 1_755_000_000, messages: [], meta: { sender: { id: 42, email: "ada@example.com" } } });

test("chatwoot: own conversations are those of the contact with that address", async () => {
  await using full = await scripted(house(), chatwoot, { "GET /contacts/search": [json(person), json({ meta: { count: 0 }, payload: [] }), json({ meta: { count: 1 }, payload: [{ id: 9, email: "x-ada@example.com.evil.com" }] })], "GET /contacts/42/conversations": json({ payload: [conversation(7)] }) });
  assert.deepEqual(outputOf(await full.call("chatwoot_my_conversations")), { items: [{ id: 7, status: "open", inbox_id: 1, created_at: 1_755_000_000, priority: null }], isCut: false });
  assert.deepEqual([full.heard[0] && queryOf(full.heard[0], "q"), full.heard[0]?.headers["api_access_token"]], ["ada@example.com", "sk-very-secret-4711"]);
  assert.equal((await full.call("chatwoot_my_conversations")).status, "not_found");
  assert.equal((await full.call("chatwoot_my_conversations")).status, "not_found");
});

test("chatwoot: lists go on page by page until one is not full", async () => {
  await using at = await scripted(house(), chatwoot, { "GET /conversations": (heard) => json({ data: { meta: { all_count: 26 }, payload: Array.from({ length: queryOf(heard, "page") === "2" ? 1 : 24 }, (_, index) => conversation(index)) } }) });
  const output = Object(outputOf(await at.call("chatwoot_list_conversations", { status: "open" })));
  assert.deepEqual([output.items.length, output.isCut, at.heard.length], [24, false, 1]);
});

test("chatwoot: a note is private, its undo deletes it, and a status is set", async () => {
  await using at = await scripted(house(), chatwoot, { "POST /conversations/7/messages": json({ id: 99, content: "x", private: true, message_type: 1 }), "DELETE /conversations/7/messages/99": { status: 200, body: "" }, "POST /conversations/7/toggle_status": [json({ meta: {}, payload: { success: true, conversation_id: 7, current_status: "resolved" } }), json({ errors: ["Invalid Access Token"] }, 401)] });
  assert.deepEqual(at.tools.get("chatwoot_add_note")?.undo, { tool: "chatwoot_delete_message", arguments: {}, take: { conversation_id: "conversation_id", message_id: "id" } });
  assert.deepEqual(outputOf(await at.call("chatwoot_add_note", { conversation_id: 7, text: "x" })), { id: 99, conversation_id: 7 });
  assert.deepEqual(at.heard.map(bodyOf)[0], { content: "x", message_type: "outgoing", private: true });
  assert.deepEqual(outputOf(await at.call("chatwoot_delete_message", { conversation_id: 7, message_id: 99 })), {});
  assert.deepEqual(outputOf(await at.call("chatwoot_set_status", { conversation_id: 7, status: "resolved" })), { conversation_id: 7, status: "resolved" });
  assert.match((await at.fault("chatwoot_set_status", { conversation_id: 7, status: "open" })).message, /credential was refused/);
});

/** Source: developers.freshdesk.com/api: Tickets, Conversations, Errors, Rate limit, Pagination. */
const freshdesk = { connector: "freshdesk", subdomain: "acme", secret: "freshdesk_key", operations: ["my_tickets", "my_ticket", "create_ticket", "set_status"] };
const freshTicket = (id: number, more: Record<string, unknown> = {}) => ({ cc_emails: [], id, subject: "Support needed", status: 2, priority: 1, source: 2, requester_id: 129, created_at: "2026-07-09T13:08:06Z", updated_at: "2026-07-23T04:41:12Z", description: "<div>It leaks</div>", description_text: "It leaks", ...more });

test("freshdesk: own tickets come by address and follow the link header", async () => {
  await using at = await scripted(house(), freshdesk, { "GET /tickets": (heard) => (queryOf(heard, "page") === "2" ? json([freshTicket(2)]) : json([freshTicket(1)], 200, { link: `<${at.url}/tickets?email=ada%40example.com&page=2>; rel="next"` })) });
  assert.deepEqual(Object(outputOf(await at.call("freshdesk_my_tickets"))).items.map(({ id, status }: { id: number; status: number }) => [id, status]), [[1, 2], [2, 2]]);
  assert.equal(at.heard[0] && queryOf(at.heard[0], "email"), "ada@example.com");
  assert.equal(at.heard[1]?.headers.authorization, `Basic ${Buffer.from("sk-very-secret-4711:X").toString("base64")}`);
});

test("freshdesk: another's ticket is not found; wrong fields are refused in its words; a limit says how long", async () => {
  await using at = await scripted(house(), freshdesk, {
    "GET /tickets/7": json(freshTicket(7, { requester: { id: 1, email: "eve@example.com" } })), "GET /tickets/8": json(freshTicket(8, { requester: { id: 129, email: "ada@example.com" } })),
    "POST /tickets": [json(freshTicket(9), 201), json({ description: "Validation failed", errors: [{ field: "priority", message: "It should be one of these values: '1,2,3,4'", code: "invalid_value" }] }, 400)],
    "PUT /tickets/8": json({ message: "You have exceeded the limit of requests per hour" }, 429, { "retry-after": "60" }),
  });
  assert.equal((await at.call("freshdesk_my_ticket", { ticket_id: 7 })).status, "not_found");
  assert.equal(Object(outputOf(await at.call("freshdesk_my_ticket", { ticket_id: 8 }))).text, "It leaks");
  assert.deepEqual(outputOf(await at.call("freshdesk_create_ticket", { subject: "s", text: "t" })), { id: 9, status: 2 });
  assert.deepEqual(at.heard.filter((heard) => asked(heard) === "POST /tickets").map(bodyOf), [{ email: "ada@example.com", subject: "s", description: "t", priority: 1, status: 2, source: 2 }]);
  assert.match((await at.call("freshdesk_create_ticket", { subject: "s", text: "t" })).reason ?? "", /one of these values/);
  assert.equal((await at.fault("freshdesk_set_status", { ticket_id: 8, status: 4 })).details["retryAfterMs"], 60_000);
});

/** Source: what a Request Tracker 5.0.3 answered; the same on a running one is in request-tracker.test.ts. */
const tracker = { connector: "request_tracker", url: "http://rt.example.com", secret: "rt_token", operations: ["my_tickets", "my_ticket", "create_ticket", "comment", "set_status"] };
const listed = (items: unknown[], more: Record<string, unknown> = {}) => json({ total: items.length, count: items.length, page: 1, per_page: 25, pages: 1, items, ...more });
const rtTicket = (id: string) => ({ id, type: "ticket", _url: `http://rt/REST/2.0/ticket/${id}`, Subject: "hello", Status: "new", Queue: { id: "1", type: "queue", Name: "General" }, Created: "2026-11-21T18:54:46Z", LastUpdated: "2026-11-21T18:54:48Z" });

test("request tracker: a contact's address is quoted in TicketSQL, and pages are followed", async () => {
  await using at = await scripted(house(), tracker, { "GET /tickets": (heard) => (queryOf(heard, "page") === "2" ? listed([rtTicket("1")]) : listed([rtTicket("2")], { next_page: `${at.url}/tickets?page=2` })) });
  assert.deepEqual(outputOf(await at.call("request_tracker_my_tickets", { status: "new" })), { items: [2, 1].map((id) => ({ id, subject: "hello", status: "new", queue: "General", created_at: "2026-11-21T18:54:46Z", updated_at: "2026-11-21T18:54:48Z" })), isCut: false });
  assert.deepEqual(at.heard[0] && [queryOf(at.heard[0], "query"), queryOf(at.heard[0], "fields[Queue]"), at.heard[0].headers.authorization], ["Requestor.EmailAddress = 'ada@example.com' AND Status = 'new'", "Name", "token sk-very-secret-4711"]);
});

test("request tracker: it answers 200 when it did not do it, and that is refused", async () => {
  await using at = await scripted(house(), tracker, {
    "PUT /ticket/1": [json(["Ticket 1: Status changed from 'new' to 'resolved'"]), json(["Ticket 1: Status 'nonsense' isn't a valid status for this ticket."]), json([]), json({ message: "Unauthorized" }, 401)],
    "POST /ticket/9/comment": json({ message: "Message could not be recorded" }, 400), "POST /ticket": json({ id: "12", type: "ticket", _url: "http://rt/REST/2.0/ticket/12" }, 201), "POST /ticket/1/comment": json(["Comments added"], 201),
  });
  const set = { ticket_id: 1, status: "resolved" };
  assert.deepEqual(outputOf(await at.call("request_tracker_set_status", set)), { ticket_id: 1, message: "Ticket 1: Status changed from 'new' to 'resolved'" });
  const refused = await at.call("request_tracker_set_status", set);
  assert.deepEqual([refused.status, /isn't a valid status/.test(refused.reason ?? "")], ["refused", true]);
  assert.deepEqual(outputOf(await at.call("request_tracker_set_status", set)), { ticket_id: 1, message: null });
  assert.match((await at.fault("request_tracker_set_status", set)).message, /credential was refused/);
  assert.equal((await at.call("request_tracker_comment", { ticket_id: 9, text: "x" })).status, "not_found");
  assert.deepEqual(outputOf(await at.call("request_tracker_comment", { ticket_id: 1, text: "x" })), { ticket_id: 1, message: "Comments added" });
  assert.deepEqual(outputOf(await at.call("request_tracker_create_ticket", { subject: "s", text: "t" })), { id: 12 });
  assert.deepEqual(at.heard.filter((heard) => asked(heard) === "POST /ticket").map(bodyOf), [{ Queue: "General", Subject: "s", Requestor: "ada@example.com", Content: "t", ContentType: "text/plain" }]);
});
