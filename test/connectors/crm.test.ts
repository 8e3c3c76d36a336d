import assert from "node:assert/strict";
import { test } from "node:test";
import { asked, bodyOf, json, openHouse, outputOf, queryOf, scripted } from "./open-connector.ts";

const house = openHouse();

/** Source: developers.hubspot.com, CRM API v3: Objects, Search, Associations, Usage details. */
const hubspot = { connector: "hubspot", secret: "hubspot_token", operations: ["my_contact", "save_contact", "my_tickets", "create_ticket", "archive_ticket"] };
const record = (id: string, properties: Record<string, unknown>) => ({ id, properties, createdAt: "2026-01-01T00:00:00.000Z", updatedAt: "2026-01-02T00:00:00.000Z", archived: false });

test("hubspot: the contact's record is read and written by the contact's own address", async () => {
  await using at = await scripted(house(), hubspot, {
    "GET /crm/v3/objects/contacts/ada%40example.com": json(record("101", { email: "ada@example.com", firstname: "Ada", lastname: null, phone: null, company: "Acme", lifecyclestage: "customer" })),
    "POST /crm/v3/objects/contacts/batch/upsert": json({ status: "COMPLETE", results: [{ ...record("101", { email: "ada@example.com" }), new: false }], startedAt: "x", completedAt: "y" }),
  });
  assert.deepEqual(outputOf(await at.call("hubspot_my_contact")), { id: "101", email: "ada@example.com", first_name: "Ada", last_name: null, phone: null, company: "Acme", stage: "customer" });
  assert.deepEqual(outputOf(await at.call("hubspot_save_contact", { first_name: "Ada" })), { id: "101", is_new: false });
  assert.deepEqual([at.heard[0] && queryOf(at.heard[0], "idProperty"), at.heard[0]?.headers.authorization], ["email", "Bearer sk-very-secret-4711"]);
  assert.deepEqual(at.heard.slice(1).map(bodyOf), [{ inputs: [{ idProperty: "email", id: "ada@example.com", properties: { email: "ada@example.com", firstname: "Ada" } }] }]);
});

test("hubspot: own tickets are searched by association, over pages", async () => {
  const ticket = (id: string) => record(id, { subject: "Kettle", hs_pipeline_stage: "1", hs_ticket_priority: "HIGH", createdate: "2026-01-01T00:00:00.000Z", hs_lastmodifieddate: "2026-01-02T00:00:00.000Z" });
  await using at = await scripted(house(), hubspot, { "GET /crm/v3/objects/contacts/ada%40example.com": json(record("101", {})), "POST /crm/v3/objects/tickets/search": [json({ total: 2, results: [ticket("1")], paging: { next: { after: "25", link: "x" } } }), json({ total: 2, results: [ticket("2")] })] });
  assert.deepEqual(Object(outputOf(await at.call("hubspot_my_tickets"))).items.map(({ id }: { id: string }) => id), ["1", "2"]);
  const searches = at.heard.slice(1).map((heard) => Object(bodyOf(heard)));
  assert.deepEqual(searches[0].filterGroups, [{ filters: [{ propertyName: "associations.contact", operator: "EQ", value: "101" }] }]);
  assert.deepEqual(searches.map(({ after }) => after), [undefined, "25"]);
});

test("hubspot: a ticket belongs to the contact; what it refuses and its limit are understood", async () => {
  await using at = await scripted(house(), hubspot, {
    "GET /crm/v3/objects/contacts/ada%40example.com": [json(record("101", {})), json({ status: "error", message: "resource not found", correlationId: "c" }, 404), json(record("101", {}))],
    "POST /crm/v3/objects/tickets": [json(record("55", {}), 201), json({ status: "error", message: "Property values were not valid", correlationId: "c", category: "VALIDATION_ERROR" }, 400), json({ status: "error", message: "You have reached your ten_secondly_rolling limit.", errorType: "RATE_LIMIT", policyName: "TEN_SECONDLY_ROLLING" }, 429, { "x-hubspot-ratelimit-interval-milliseconds": "10000" })],
  });
  assert.deepEqual(outputOf(await at.call("hubspot_create_ticket", { subject: "s", text: "t" })), { id: "55" });
  assert.deepEqual(at.heard.slice(1).map(bodyOf), [{ properties: { subject: "s", content: "t", hs_pipeline: "0", hs_pipeline_stage: "1" }, associations: [{ to: { id: "101" }, types: [{ associationCategory: "HUBSPOT_DEFINED", associationTypeId: 16 }] }] }]);
  assert.equal((await at.call("hubspot_create_ticket", { subject: "s", text: "t" })).status, "not_found");
  assert.match((await at.call("hubspot_create_ticket", { subject: "s", text: "t" })).reason ?? "", /not valid/);
  assert.equal((await at.fault("hubspot_create_ticket", { subject: "s", text: "t" })).details["retryAfterMs"], 10_000);
});

/** Source: developer.salesforce.com, REST API Developer Guide: Query, sObject Rows, Status codes. */
const salesforce = { connector: "salesforce", domain: "acme", authentication: "token", secret: "sf_token", operations: ["my_cases", "my_case", "create_case", "set_status", "add_comment", "delete_comment"] };
const row = (id: string) => ({ attributes: { type: "Case", url: `/services/data/v62.0/sobjects/Case/${id}` }, Id: id, CaseNumber: "00001026", Subject: "Kettle", Status: "New", Priority: "Medium", CreatedDate: "2026-01-01T00:00:00.000+0000", LastModifiedDate: "2026-01-02T00:00:00.000+0000" });
const caseId = "5003000000D8cuI";

test("salesforce: SOQL is asked for the contact's own cases, and goes on where it says", async () => {
  await using at = await scripted(house(), salesforce, { "GET /services/data/v62.0/query": json({ totalSize: 2, done: false, nextRecordsUrl: "/services/data/v62.0/query/01g-2000", records: [row("1")] }), "GET /services/data/v62.0/query/01g-2000": json({ totalSize: 2, done: true, records: [row("2")] }) });
  const output = Object(outputOf(await at.call("salesforce_my_cases")));
  assert.deepEqual(output.items.map(({ id, number }: { id: string; number: string }) => [id, number]), [["1", "00001026"], ["2", "00001026"]]);
  assert.match((at.heard[0] && queryOf(at.heard[0], "q")) ?? "", /FROM Case WHERE Contact\.Email = 'ada@example\.com' ORDER BY/);
});

test("salesforce: errors of its own shape are understood", async () => {
  const set = { case_id: caseId, status: "Closed" };
  await using at = await scripted(house(), salesforce, {
    "GET /services/data/v62.0/query": json({ totalSize: 0, done: true, records: [] }),
    [`PATCH /services/data/v62.0/sobjects/Case/${caseId}`]: [{ status: 204, body: "" }, json([{ message: "bad value for restricted picklist field: Closed", errorCode: "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST", fields: ["Status"] }], 400), json([{ errorCode: "REQUEST_LIMIT_EXCEEDED", message: "TotalRequests Limit exceeded." }], 403), json([{ message: "Session expired or invalid", errorCode: "INVALID_SESSION_ID" }], 401), json([{ errorCode: "NOT_FOUND", message: "The requested resource does not exist" }], 404)],
  });
  assert.equal((await at.call("salesforce_my_case", { number: "00001026" })).status, "not_found");
  assert.deepEqual(outputOf(await at.call("salesforce_set_status", set)), { case_id: caseId });
  assert.deepEqual(at.heard.slice(1).map(bodyOf), [{ Status: "Closed" }]);
  assert.match((await at.call("salesforce_set_status", set)).reason ?? "", /restricted picklist/);
  assert.equal((await at.fault("salesforce_set_status", set)).code, "tools.system_away");
  assert.match((await at.fault("salesforce_set_status", set)).message, /credential was refused/);
  assert.equal((await at.call("salesforce_set_status", set)).status, "not_found");
});

test("salesforce: a case is made for the contact that was found, and a token comes by client credentials", async () => {
  await using at = await scripted(house(), { ...salesforce, authentication: "client", client_id: "3MVG9" }, { "POST /services/oauth2/token": json({ access_token: "00Dtoken!AQ", instance_url: "x", token_type: "Bearer", issued_at: "1" }), "GET /services/data/v62.0/query": json({ totalSize: 0, done: true, records: [] }) });
  assert.deepEqual(outputOf(await at.call("salesforce_my_cases")), { items: [], isCut: false });
  assert.deepEqual([at.heard[0]?.body, at.heard[1]?.headers.authorization], ["grant_type=client_credentials&client_id=3MVG9&client_secret=sk-very-secret-4711", "Bearer 00Dtoken!AQ"]);
  await using made = await scripted(house(), salesforce, { "GET /services/data/v62.0/query": json({ totalSize: 1, done: true, records: [{ attributes: {}, Id: "0033" }] }), "POST /services/data/v62.0/sobjects/Case": json({ id: caseId, success: true, errors: [] }, 201), "POST /services/data/v62.0/sobjects/CaseComment": json({ id: "00aB0000001abcd", success: true, errors: [] }, 201), "DELETE /services/data/v62.0/sobjects/CaseComment/00aB0000001abcd": { status: 204, body: "" } });
  assert.deepEqual(outputOf(await made.call("salesforce_create_case", { subject: "s", text: "t" })), { id: caseId });
  assert.deepEqual(made.heard.slice(1).map(bodyOf), [{ Subject: "s", Description: "t", Priority: "Medium", Origin: "Web", ContactId: "0033" }]);
  assert.deepEqual(outputOf(await made.call("salesforce_add_comment", { case_id: caseId, text: "note" })), { id: "00aB0000001abcd" });
  assert.deepEqual(outputOf(await made.call("salesforce_delete_comment", { comment_id: "00aB0000001abcd" })), {});
  assert.deepEqual(made.heard.map(asked).slice(-2), ["POST /services/data/v62.0/sobjects/CaseComment", "DELETE /services/data/v62.0/sobjects/CaseComment/00aB0000001abcd"]);
});
