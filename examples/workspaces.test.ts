import assert from "node:assert/strict";
import { test } from "node:test";
import pg from "pg";
import { startTestApp, until, type TestApp } from "../test/start-test-app.ts";
import type { UserActor } from "../src/identity/actor.ts";
import { listApprovals } from "../src/tools/approvals/approval.store.ts";
import { decideApproval } from "../src/tools/approvals/decide/decide-approval.ts";
import { cloudEvent } from "../src/workflows/events/cloud-event.ts";
import { publishEvent } from "../src/workflows/events/publish-event.ts";
import { listRunRows } from "../src/workflows/run/run.store.ts";

/** The workspace as it is, on the real engine and a real database. */
async function open(folder: string, tenantId: string) {
  const stack = new AsyncDisposableStack();
  const app: TestApp = stack.use(await startTestApp({ env: { BATON_WORKSPACE: folder } }));
  const sql = new pg.Client({ connectionString: app.databaseUrl });
  await sql.connect();
  stack.defer(() => sql.end());
  const user = (await sql.query<{ id: string; email: string }>("select id, email from user_account")).rows[0];
  const admin: UserActor = { kind: "user", tenantId, userId: user?.id ?? "", name: "Ada", email: user?.email ?? "", role: "admin" };
  const parts = app.running.app;
  const decide = async (decision: "approved" | "refused") => {
    let asked: Awaited<ReturnType<typeof listApprovals>>[number] | undefined;
    await until(async () => (asked = (await listApprovals(parts.database, tenantId, { limit: 10 })).find((row) => row.status === "waiting")) !== undefined);
    await decideApproval(parts.workflows.approvals, admin, { id: asked?.id ?? "", decision, callHash: asked?.call_hash ?? null, comment: null });
  };
  return {
    app, sql, decide, runs: () => listRunRows(parts.database, tenantId, { limit: 20 }),
    tell: (id: string, type: string, data: unknown) => publishEvent(parts.workflows.events, tenantId, cloudEvent.parse({ specversion: "1.0", id, source: "https://site.example", type, data })),
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  };
}

test("an employee gets access when identity and manager agree, and it is written down", async () => {
  await using desk = await open("examples/it-service-desk", "it-service-desk");
  const visit = await desk.app.visit("lena.vogt@woodgrove.example");
  assert.match((await visit.ask("I need access to a system please")).reply?.text ?? "", /Which system do you need/);
  assert.match((await visit.ask("crm")).reply?.text ?? "", /employee number/);
  assert.match((await visit.ask("it is 40-1187")).reply?.text ?? "", /asked your manager/);
  await desk.decide("approved");
  await until(async () => (await desk.sql.query("select change_id from directory.changes")).rows.length === 1);
  assert.deepEqual((await desk.sql.query("select email, system, is_revoked from directory.access")).rows, [{ email: "lena.vogt@woodgrove.example", system: "crm", is_revoked: false }]);
});

test("a lead from the web site stands in the CRM with its owner, and ends when it is called", async () => {
  await using desk = await open("examples/lead-desk", "lead-desk");
  await desk.tell("lead-1", "lead.submitted", { email: "kim@tailspin.example", name: "Kim Ito", company: "Tailspin", employees: 450, message: "We need a help desk." });
  const lead = async () => (await desk.sql.query<{ lead_id: string; owner: string | null }>("select lead_id, owner from crm.leads where email = 'kim@tailspin.example'")).rows[0];
  await until(async () => (await lead())?.owner === "ingrid@northwind.example");
  await until(async () => (await desk.runs())[0]?.status === "waiting");
  await desk.tell("call-1", "lead.contacted", { leadId: (await lead())?.lead_id });
  await until(async () => (await desk.runs())[0]?.status === "completed");
});

test("a document that no model can read is set aside for people", async () => {
  await using desk = await open("examples/document-intake", "document-intake");
  await desk.tell("doc-1", "document.received", { documentId: "doc_1" });
  const document = async () => (await desk.sql.query<{ status: string; reason: string | null }>("select status, reason from accounts.documents where document_id = 'doc_1'")).rows[0];
  await until(async () => (await document())?.status === "set_aside");
  assert.match((await document())?.reason ?? "", /model/);
});

test("the shop looks after an order that is said to be late, and a ticket reaches a person", async () => {
  await using shop = await open("examples/shop", "shop");
  const emma = await shop.app.visit("emma.larsson@example.com");
  assert.match((await emma.ask("My order 1043 is overdue, please chase it")).reply?.text ?? "", /1043/);
  await until(async () => (await shop.runs()).some((run) => run.name === "delayed-order"));
  const visitor = await shop.app.visit();
  assert.match((await visitor.ask("I want to open a ticket, your website is terribly broken and I am angry")).reply?.text ?? "", /colleague|This may help/);
});
