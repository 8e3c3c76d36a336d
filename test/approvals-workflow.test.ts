import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { appendFile, cp, mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import pg from "pg";
import { z } from "zod";
import { startTestApp, until, type TestApp } from "./start-test-app.ts";
import type { UserActor } from "../src/identity/actor.ts";
import { sha256 } from "../src/lib/sha256.ts";
import { readWebhookSecret, signWebhook } from "../src/lib/webhook-signature.ts";
import { listApprovals } from "../src/tools/approvals/approval.store.ts";
import { decideApproval } from "../src/tools/approvals/decide/decide-approval.ts";
import { editApproval } from "../src/tools/approvals/decide/edit-approval.ts";
import { cancelRun } from "../src/workflows/run/control-run.ts";
import { deriveRunId } from "../src/workflows/run/run-input.ts";
import { readRunRow } from "../src/workflows/run/run.store.ts";
import { startRun } from "../src/workflows/run/start-run.ts";
import { publishDocuments } from "../src/workflows/versions/publish.ts";

const HEAD = "document: { dsl: '1.0.3', namespace: desk, name: probe, version: '1.0.0' }\nevaluate: { language: cel }\n";
const SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
const notice = z.object({ type: z.string(), text: z.string(), data: z.object({ approvalId: z.string(), link: z.string(), people: z.array(z.object({ email: z.string() })), mail: z.object({ subject: z.string(), text: z.string() }) }) });

describe("a task of a run whose call people have to approve", () => {
  let folder: string;
  let desk: TestApp;
  let sql: pg.Client;
  const posted: { headers: Record<string, unknown>; body: string }[] = [];
  const statuses = [500];
  const hook = createServer((request, response) => {
    let body = "";
    request.on("data", (part: Buffer) => (body += part.toString()));
    request.on("end", () => {
      posted.push({ headers: request.headers, body });
      response.writeHead(statuses.shift() ?? 200).end();
    });
  });
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "baton-desk-"));
    await cp("test/workflows/desk", folder, { recursive: true });
    await appendFile(join(folder, "policies", "desk.cedar"), `\n@id("pay.asked") @reason("Much is paid back by people.") @approval("role:agent")\npermit (principal is AiAgent, action == Action::"useTool", resource == Tool::"pay_back") when { context.facts has amount && context.facts.amount > 150 };\n@id("pay.two") @reason("Very much is paid back by two.") @approval("role:agent") @people("2")\nforbid (principal, action == Action::"useTool", resource == Tool::"pay_back") when { context.facts has amount && context.facts.amount > 3000 };\n`);
    await new Promise<void>((resolve) => hook.listen(0, "127.0.0.1", resolve));
    const address = hook.address();
    desk = await startTestApp({ env: { BATON_WORKSPACE: folder, BATON_APPROVALS_WEBHOOK_URL: `http://127.0.0.1:${typeof address === "object" && address !== null ? address.port : 0}/`, BATON_APPROVALS_WEBHOOK_SECRET: SECRET }, overrides: { outboundAllow: ["127.0.0.1"] } });
    sql = new pg.Client({ connectionString: desk.databaseUrl });
    await sql.connect();
  });
  after(async () => {
    await sql.end();
    await desk[Symbol.asyncDispose]();
    hook.close();
    await rm(folder, { recursive: true, force: true });
  });
  const app = () => desk.running.app;
  const eve: UserActor = { kind: "user", tenantId: "desk", userId: "user_eve", name: "Eve", email: "eve@example.com", role: "agent" };
  const payments = async (amount: number) => (await sql.query("select 1 from desk.payments where amount = $1", [amount])).rows.length;

  const said = async (conversationId: string) => (await sql.query<{ body: string }>("select body from message where conversation_id = $1 and author = 'ai' order by seq", [conversationId])).rows.map((row) => row.body);

  const start = async (amount: number, startedBy = "test", before = "", handed = "") => {
    const visit = await desk.visit(`someone-${amount}@example.com`);
    const contactId = (await sql.query<{ contact_id: string }>("select contact_id from conversation where id = $1", [visit.conversationId])).rows[0]?.contact_id ?? "";
    const text = `${HEAD}do:\n${before}  - pay:\n      call: tool\n      with: { tool: pay_back, arguments: { order: '1004', amount: ${amount} }${handed} }\n`;
    await publishDocuments({ ...app().workflows.publishing, check: () => [] }, { tenantId: "desk", documents: [{ file: "probe.yaml", text }], by: "test", note: null, onlyIfNew: false });
    const runId = deriveRunId(randomBytes(9).toString("hex"));
    await startRun(app().workflows.starting, { tenantId: "desk", runId, hash: sha256(text), input: {}, startedBy, conversationId: visit.conversationId, contactId });
    const asked = async () => (await listApprovals(app().database, "desk", { runId, limit: 2 })).find((row) => row.status === "waiting");
    await until(async () => (await asked()) !== undefined);
    const approval = await asked();
    assert.ok(approval);
    const decide = (who: UserActor, decision: "approved" | "refused" = "approved") => decideApproval(app().workflows.approvals, who, { id: approval.id, decision, callHash: approval.call_hash, comment: null });
    const ended = async (status: string) => {
      await until(async () => (await readRunRow(app().database, "desk", runId))?.status === status);
      return readRunRow(app().database, "desk", runId);
    };
    return { runId, approval, visit, decide, ended };
  };

  test("the run sleeps by itself, shows what it waits for, and goes on with the call when it is approved", async () => {
    const { approval, decide, ended } = await start(901);
    assert.deepEqual([approval.workflow, approval.task_name, approval.reason, approval.facts], ["probe", "pay", "Much is paid back by people.", { amount: 901 }]);
    await ended("waiting");
    assert.equal(await payments(901), 0);
    await decide(eve);
    const row = await ended("completed");
    assert.equal(Reflect.get(Object(row?.output), "status"), "ok");
    assert.equal(await payments(901), 1);
  });

  test("a changed call is the one that is made", async () => {
    const { approval, ended } = await start(902);
    await editApproval(app().workflows.approvals, eve, { id: approval.id, callHash: approval.call_hash, arguments: { order: "1004", amount: 500 }, comment: "half" });
    await ended("completed");
    assert.deepEqual([await payments(902), await payments(500)], [0, 1]);
  });

  test("a no is a denial that the document can catch", async () => {
    const { decide, ended } = await start(903);
    await decide(eve, "refused");
    assert.equal(Reflect.get(Object((await ended("failed"))?.error), "type"), "https://baton.dev/errors/workflows.tool_denied");
    assert.equal(await payments(903), 0);
  });

  test("who started the run does not approve its call", async () => {
    const { decide, ended } = await start(904, `user:${eve.userId}`);
    await assert.rejects(decide(eve), { code: "approvals.not_yours", message: /another person/ });
    await decide({ ...eve, userId: "user_fay", email: "fay@example.com" });
    await ended("completed");
  });

  test("what a workflow asked for beforehand is not enough where policy asks for more people, so these are asked as well", async () => {
    const fay = { ...eve, userId: "user_fay", email: "fay@example.com" };
    const { runId, decide, ended } = await start(3_001, "test", "  - may:\n      call: approve\n      with: { tool: pay_back, arguments: { order: '1004', amount: 3001 }, reason: very much }\n", ", approval: '${ input.approvalId }'");
    const [beforehand] = await listApprovals(app().database, "desk", { runId, limit: 1 });
    assert.deepEqual([beforehand?.call_id, beforehand?.facts["amount"], beforehand?.amount_cents], [null, 3_001, 3_001], "what it is about is shown to who is asked");
    assert.equal((await decide(eve)).status, "approved");
    const second = async () => (await listApprovals(app().database, "desk", { runId, limit: 2 })).find((row) => row.status === "waiting");
    await until(async () => typeof (await second())?.call_id === "string");
    const asked = await second();
    assert.ok(asked);
    assert.equal(await payments(3_001), 0);
    for (const who of [eve, fay]) await decideApproval(app().workflows.approvals, who, { id: asked.id, decision: "approved", callHash: asked.call_hash, comment: null });
    await ended("completed");
    assert.equal(await payments(3_001), 1);
  });

  test("the contact is told that people were asked; what they take back is not asked for again, and the run ends", async () => {
    const { runId, approval, visit, ended } = await start(907);
    await until(async () => (await said(visit.conversationId)).length === 1);
    assert.deepEqual(await said(visit.conversationId), ["I have asked a colleague to approve this: Pay back 907 for order 1004. I will write as soon as it is decided."]);
    await visit.ask("forget it");
    assert.equal(Reflect.get(Object((await ended("failed"))?.error), "type"), "https://baton.dev/errors/workflows.tool_taken_back");
    assert.deepEqual((await sql.query("select id, status from approval where run_id = $1", [runId])).rows, [{ id: approval.id, status: "withdrawn" }]);
    assert.equal(await payments(907), 0);
    assert.match((await said(visit.conversationId)).at(-1) ?? "", /I have taken that back, and nothing was done: Pay back 907/);
  });

  test("a run that is stopped takes its request back", async () => {
    const { runId, decide, ended } = await start(905);
    // A run that nobody asked for over the API is written down when it first waits.
    await until(async () => (await sql.query("select 1 from workflow_run where id = $1", [runId])).rows.length === 1);
    await cancelRun({ ...app().workflows.starting, database: app().database }, "desk", runId);
    await ended("cancelled");
    await until(async () => (await sql.query("select 1 from approval where run_id = $1 and status = 'withdrawn'", [runId])).rows.length === 1);
    await assert.rejects(decide(eve), { code: "approvals.over", message: /run has ended/ });
    assert.equal(await payments(905), 0);
  });

  test("those who decide are told by a signed notice with a link, and again when it could not be delivered", async () => {
    await sql.query("insert into user_account (tenant_id, id, email, name, role, password_hash, created_at) values ('desk', 'user_eve', 'eve@example.com', 'Eve', 'agent', 'none', now())");
    posted.length = 0;
    statuses.splice(0, statuses.length, 500);
    const { approval, decide } = await start(906);
    await until(() => posted.some(({ body }) => body.includes(approval.id)));
    await sql.query("update approval set notice_due_at = now() where id = $1", [approval.id]);
    await until(() => posted.filter(({ body }) => body.includes(approval.id)).length === 2);
    const [first, again] = posted.filter(({ body }) => body.includes(approval.id));
    assert.ok(first && again);
    assert.equal(first.headers["webhook-id"], again.headers["webhook-id"]);
    const signed = { id: String(again.headers["webhook-id"]), timestamp: String(again.headers["webhook-timestamp"]), body: again.body };
    assert.equal(again.headers["webhook-signature"], `v1,${signWebhook(readWebhookSecret(SECRET), signed)}`);
    const { data, type } = notice.parse(JSON.parse(again.body));
    assert.deepEqual([type, data.link, data.people.map(({ email }) => email)], ["approval.requested", `${app().publicUrl}/console/approvals/${approval.id}`, ["eve@example.com"]]);
    assert.ok(data.mail.text.includes(data.link) && data.mail.text.includes("Pay back 906 for order 1004"));
    await until(async () => (await sql.query("select 1 from approval where id = $1 and notice_due_at is null", [approval.id])).rows.length === 1);
    await decide(eve, "refused");
  });
});
