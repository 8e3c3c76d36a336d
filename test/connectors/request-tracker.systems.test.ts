import assert from "node:assert/strict";
import { test } from "node:test";
import { openAt, openHouse, outputOf } from "./open-connector.ts";
import { startRequestTracker, whyNoRequestTracker } from "./start-request-tracker.ts";

const whyNot = whyNoRequestTracker();
const house = openHouse();

test("a running Request Tracker makes a ticket, takes a comment and a reply, is searched, and resolves it", whyNot === null ? {} : { skip: whyNot }, async () => {
  await using tracker = await startRequestTracker();
  const declared = { connector: "request_tracker", url: tracker.url, secret: "rt_token", operations: ["my_tickets", "my_ticket", "search_tickets", "get_ticket", "create_ticket", "reply", "comment", "set_status"] };
  const at = await openAt(house(), declared, tracker.token);
  const call = (tool: string, given: Record<string, unknown> = {}) => at.call(`request_tracker_${tool}`, given);
  const { id } = Object(outputOf(await call("create_ticket", { subject: "Der Kessel tropft – 's leaks", text: "Grüße 👋" })));
  assert.ok(Number.isInteger(id));
  assert.equal(Object(outputOf(await call("comment", { ticket_id: id, text: "seen" }))).message, "Comments added");
  assert.equal(Object(outputOf(await call("reply", { ticket_id: id, text: "we look" }))).message, "Correspondence added");
  const [found] = Object(outputOf(await call("my_tickets", { status: "open" }))).items;
  assert.deepEqual([found.id, found.subject, found.status, found.queue], [id, "Der Kessel tropft – 's leaks", "open", "General"]);
  const told = await call("set_status", { ticket_id: id, status: "resolved" });
  assert.match(Object(outputOf(told)).message, /Status changed from 'open' to 'resolved'/);
  // Setting it again changes nothing, and is no refusal.
  assert.equal(Object(outputOf(await call("set_status", { ticket_id: id, status: "resolved" }))).message, null);
  const read = Object(outputOf(await call("get_ticket", { ticket_id: id })));
  assert.deepEqual([read.status, read.requestor_email, read.owner], ["resolved", "ada@example.com", "Nobody"]);
  assert.equal((await call("my_ticket", { ticket_id: id })).say, `Ticket ${id} is resolved.`);

  // What is not there, what is another's, what is wrong.
  await fetch(`${tracker.url}/REST/2.0/ticket`, { method: "POST", headers: { authorization: `token ${tracker.token}`, "content-type": "application/json" }, body: JSON.stringify({ Queue: "General", Subject: "hers", Requestor: "eve@example.com" }) });
  const all = Object(outputOf(await call("search_tickets", { query: "Queue = 'General'" }))).items;
  const hers = all.find(({ subject }: { subject: string }) => subject === "hers");
  assert.deepEqual([all.length, (await call("my_ticket", { ticket_id: hers.id })).status, (await call("get_ticket", { ticket_id: 999 })).status, (await call("comment", { ticket_id: 999, text: "x" })).status], [2, "not_found", "not_found", "not_found"]);
  const wrong = await call("search_tickets", { query: "Foo = 1" });
  assert.deepEqual([wrong.status, /Unknown field: Foo/.test(wrong.reason ?? "")], ["refused", true]);
  const strange = await openAt(house(), declared, "1-14-00000000000000000000000000000000");
  assert.match((await strange.fault("request_tracker_get_ticket", { ticket_id: id })).message, /credential was refused/);
});
