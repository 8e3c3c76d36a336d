import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import pg from "pg";
import { z } from "zod";
import { createHttpApp } from "../src/app/http-app.ts";
import { createKey } from "../src/identity/authenticate.ts";
import { insertUser } from "../src/identity/identity.store.ts";
import { hashPassword } from "../src/identity/password.ts";
import { RIGHTS, type Right } from "../src/identity/rights.ts";
import { startTestApp, type TestApp } from "./start-test-app.ts";

/** Every route about workflows, the autonomy ladder and the knowledge that changes something, with the right it asks for and a body it takes. */
const ROUTES: Readonly<Record<string, { right: Right; body: unknown }>> = {
  "POST /api/workflow-checks": { right: "workflows.check", body: { text: "x" } },
  "POST /api/publishes": { right: "workflows.publish", body: { documents: [] } },
  "POST /api/publishes/rollback": { right: "workflows.rollback", body: { to: "no-such-publish" } },
  "POST /api/workflows/{name}/runs": { right: "runs.start", body: {} },
  "POST /api/runs/{id}/cancel": { right: "runs.cancel", body: null },
  "POST /api/runs/{id}/resume": { right: "runs.resume", body: null },
  "POST /api/runs/{id}/retry": { right: "runs.retry", body: null },
  "POST /api/approvals/{id}/decision": { right: "approvals.decide", body: { decision: "refused" } },
  "POST /api/approvals/{id}/edit": { right: "approvals.edit", body: { callHash: "0".repeat(64), arguments: {} } },
  "PUT /api/approval-deputy": { right: "approvals.deputize", body: {} },
  "POST /api/approvals/{id}/assignees": { right: "approvals.reassign", body: { assignees: [] } },
  "PUT /api/autonomy/rules/{name}": { right: "autonomy.set", body: { level: "act", reason: "a test" } },
  "PUT /api/autonomy/switches": { right: "autonomy.switch", body: { rung: "act", isClosed: false, reason: "a test" } },
  "POST /api/knowledge/sources": { right: "knowledge.manage", body: { name: "nothere", kind: "folder" } },
  "PUT /api/knowledge/sources/{name}": { right: "knowledge.manage", body: { kind: "upload" } },
  "DELETE /api/knowledge/sources/{name}": { right: "knowledge.manage", body: null },
  "POST /api/knowledge/sources/{name}/syncs": { right: "knowledge.manage", body: {} },
  "POST /api/knowledge/syncs/{id}/cancel": { right: "knowledge.manage", body: null },
  "POST /api/knowledge/chunk-preview": { right: "knowledge.manage", body: { body: "Text." } },
  "PUT /api/knowledge/sources/{name}/files/{file}": { right: "knowledge.manage", body: null },
  "DELETE /api/knowledge/sources/{name}/files/{file}": { right: "knowledge.manage", body: null },
  "POST /api/knowledge/snapshots": { right: "knowledge.manage", body: { name: "first" } },
  "DELETE /api/knowledge/snapshots/{name}": { right: "knowledge.manage", body: null },
  "POST /api/knowledge/rollback": { right: "knowledge.manage", body: { to: "nothere" } },
  "POST /api/knowledge/gaps/{id}/publish": { right: "knowledge.manage", body: { title: "A title", body: "A text.", audience: ["public"] } },
  "POST /api/knowledge/gaps/{id}/dismiss": { right: "knowledge.manage", body: {} },
  "POST /api/knowledge/gaps/{id}/reopen": { right: "knowledge.manage", body: null },
  "POST /api/knowledge/findings/{id}/decision": { right: "knowledge.manage", body: { decision: "dismissed" } },
  "POST /api/knowledge/upkeep": { right: "knowledge.manage", body: null },
  "POST /api/knowledge/file-previews/{file}": { right: "knowledge.manage", body: null },
  "POST /api/knowledge/search-test": { right: "knowledge.manage", body: { query: "returns", as: { kind: "contact", isVerified: false } } },
  "POST /api/understanding/corrections": { right: "understanding.correct", body: { messageId: "nothere", intent: "nothere" } },
  "DELETE /api/understanding/corrections/{id}": { right: "understanding.correct", body: null },
  "POST /api/understanding/readings": { right: "understanding.correct", body: { text: "Hello" } },
  "POST /api/understanding/trainings": { right: "understanding.learn", body: null },
  "DELETE /api/understanding/trainings/{id}": { right: "understanding.learn", body: null },
  "PUT /api/routes/active/{number}": { right: "routes.use", body: null },
  "DELETE /api/routes/active": { right: "routes.use", body: null },
  "POST /api/routes/comparisons": { right: "routes.grade", body: {} },
  "PUT /api/routes/grades": { right: "routes.grade", body: { id: "nothere", grades: [{ model: "small", quality: 1 }] } },
  "POST /api/routes/evaluations": { right: "routes.evaluate", body: {} },
  "POST /api/privacy/contacts/{id}/export": { right: "privacy.export", body: null },
  "POST /api/privacy/holds": { right: "privacy.hold", body: { of: "cont_nothere", reason: "a test" } },
  "POST /api/privacy/holds/{id}/lift": { right: "privacy.hold", body: { reason: "a test" } },
  "POST /api/privacy/retention/runs": { right: "privacy.retain", body: null },
  "POST /api/events": { right: "events.send", body: {} },
};
const TAGS = ["workflows", "runs", "approvals", "autonomy", "events", "knowledge", "understanding", "routes", "privacy", "ledger"];

describe("rights over workflows and runs", () => {
  let desk: TestApp;
  let http: ReturnType<typeof createHttpApp>;
  let sql: pg.Client;
  let conversationId: string;
  const as: Record<"admin" | "agent" | "key", Record<string, string>> = { admin: {}, agent: {}, key: {} };

  before(async () => {
    desk = await startTestApp({ env: { BATON_WORKSPACE: "test/workflows/desk" } });
    const { app } = desk.running;
    http = createHttpApp(app);
    sql = new pg.Client({ connectionString: desk.databaseUrl });
    await sql.connect();
    conversationId = (await desk.visit()).conversationId;
    await insertUser(app.database, { tenantId: "desk", id: "user_agent", email: "bo@example.com", name: "Bo", role: "agent", passwordHash: await hashPassword("a long password"), at: new Date() });
    const opened = await desk.request("/api/session", { method: "POST", headers: { "content-type": "application/json", "x-baton-request": "1" }, body: JSON.stringify({ email: "bo@example.com", password: "a long password" }) });
    as.agent = { cookie: (opened.headers.get("set-cookie") ?? "").split(";")[0] ?? "", "x-baton-request": "1" };
    as.admin = await desk.signIn();
    as.key = { authorization: `Bearer ${await createKey(app.identity, "desk", "a test")}` };
  });
  after(async () => {
    await sql.end();
    await desk[Symbol.asyncDispose]();
  });

  const post = (path: string, body: unknown, headers: Record<string, string>, method = "POST") => Promise.resolve(http.request(path, { method, headers: body === null ? headers : { "content-type": "application/json", ...headers }, ...(body === null ? {} : { body: JSON.stringify(body) }) }));
  /** Two failed runs, one of a conversation, of a tenant. */
  const failedRun = async (id: string, conversation: string | null, tenant = "desk") => {
    await sql.query("insert into workflow_run (tenant_id, id, namespace, name, version, hash, status, started_by, conversation_id, depth, invocation_id, attempt, started_at, ended_at, input) values ($1, $2, 'desk', 'mute', '1.0.0', 'x', 'failed', 'test', $3, 0, 'inv_0', 1, now(), now(), '{}')", [tenant, id, conversation]);
  };
  const approval = async (id: string, runId: string, status: string, tenant = "desk") => {
    await sql.query("insert into approval (tenant_id, id, run_id, workflow, pointer, task_name, tool, risk, given, arguments, call_hash, asked_hash, rule, asked_rule, described_as, reason, status, external_id, requested_at) values ($1, $2, $3, 'w', '/do/0/a', 'a', 'pay_back', 'money', '{}', '{}', 'x', 'x', $5, $5, 'Pay.', 'much', $4, 'sign_1', now())", [tenant, id, runId, status, JSON.stringify({ groups: [{ anyOf: [{ kind: "role", role: "agent" }], people: 1 }], deadlineMs: null })]);
  };

  test("every route that changes something asks for a right of the table", async () => {
    const read = z.object({ paths: z.record(z.string(), z.record(z.string(), z.object({ tags: z.array(z.string()) }).loose())) });
    const { paths } = read.parse(await (await http.request("/api/openapi.json")).json());
    const found = Object.entries(paths).flatMap(([path, methods]) => Object.entries(methods).filter(([method, { tags }]) => method !== "get" && tags.some((tag) => TAGS.includes(tag))).map(([method]) => `${method.toUpperCase()} ${path}`));
    assert.deepEqual(found.sort(), Object.keys(ROUTES).sort());
    assert.deepEqual([...new Set(Object.values(ROUTES).map(({ right }) => right))].sort(), Object.keys(RIGHTS).sort(), "and every right has a route");
  });

  test("each role may do what the table says, on every route", async () => {
    await failedRun("run_alone", null);
    for (const [route, { right, body }] of Object.entries(ROUTES)) {
      for (const role of ["admin", "agent", "key"] as const) {
        const [method = "", pattern = ""] = route.split(" ");
        const path = pattern.replace("{name}", "nothere").replace("{file}", "a.txt").replace("{id}", route.includes("/runs/") ? "run_alone" : "appr_nothere");
        const answer = await post(path, body, as[role], method);
        const mayAll = RIGHTS[right][role] === "all";
        assert.equal(answer.status !== 403, mayAll, `${role}: ${route} answers ${answer.status}`);
        if (mayAll) continue;
        const { code, detail } = z.object({ code: z.string(), detail: z.string() }).parse(await answer.json());
        assert.deepEqual([code, detail], ["identity.not_allowed", RIGHTS[right].otherwise]);
      }
    }
  });

  test("what the knowledge is made of is read by those who keep it: it is of all audiences", async () => {
    const read = z.object({ paths: z.record(z.string(), z.record(z.string(), z.unknown())) });
    const { paths } = read.parse(await (await http.request("/api/openapi.json")).json());
    const found = Object.entries(paths).filter(([path, methods]) => path.startsWith("/api/knowledge/") && "get" in methods).map(([path]) => path);
    assert.ok(found.length > 10);
    for (const path of found) {
      const answer = await http.request(path.replace("{name}", "nothere").replace("{file}", "a.txt").replace("{id}", "doc_nothere"), { headers: as.agent });
      // What has to be named in the query may be missed before anything else.
      assert.ok(answer.status === 403 || answer.status === 422, `${path} answers ${answer.status}`);
    }
  });

  test("agents start workflows for a conversation, and deal with its runs", async () => {
    const started = await post("/api/workflows/mute/runs", { conversationId }, as.agent);
    assert.equal(started.status, 202);
    const { runId } = z.object({ runId: z.string() }).parse(await started.json());
    const run = z.object({ conversationId: z.string(), contactId: z.string(), startedBy: z.string() }).parse(await (await http.request(`/api/runs/${runId}`, { headers: as.agent })).json());
    assert.deepEqual([run.conversationId, run.startedBy], [conversationId, "user:user_agent"]);
    assert.equal((await post("/api/workflows/mute/runs", { conversationId: "conv_nothere" }, as.agent)).status, 404);
    for (const [place, work] of ["cancel", "retry"].entries()) {
      await failedRun(`run_theirs${place}`, conversationId);
      assert.equal((await post(`/api/runs/run_theirs${place}/${work}`, null, as.agent)).status, 202, work);
    }
    await failedRun("run_unresumable", conversationId);
    assert.equal((await post("/api/runs/run_unresumable/resume", null, as.agent)).status, 409, "allowed, but there is nothing to go on from");
  });

  test("an approval whose run has ended is refused with a word of why", async () => {
    await approval("appr_late", "run_alone", "withdrawn");
    const answer = await post("/api/approvals/appr_late/decision", { decision: "approved" }, as.admin);
    assert.equal(answer.status, 409);
    assert.match(JSON.stringify(await answer.json()), /approvals.over.*The run has ended/);
    assert.equal((await sql.query<{ status: string }>("select status from approval where id = 'appr_late'")).rows[0]?.status, "withdrawn");
  });

  test("runs, approvals and waits of another tenant are not there", async () => {
    await sql.query("insert into tenant (id, name) values ('other', 'Other')");
    await failedRun("run_foreign", null, "other");
    await approval("appr_foreign", "run_foreign", "waiting", "other");
    for (const route of Object.keys(ROUTES).filter((each) => each.includes("{id}"))) {
      const path = route.slice("POST ".length).replace("{id}", route.includes("/runs/") ? "run_foreign" : "appr_foreign");
      assert.equal((await post(path, ROUTES[route]?.body ?? null, as.admin)).status, 404, route);
    }
    for (const path of ["/api/runs/run_foreign", "/api/approvals/appr_foreign"]) assert.equal((await http.request(path, { headers: as.admin })).status, 404, path);
    const { waits } = desk.running.app.workflows.runs;
    await waits.take({ tenantId: "other", waitId: "wait_foreign", runId: "run_foreign", filters: [{ with: { type: "com.example.signal" }, correlate: {} }], language: "cel", scope: { input: null, context: null, variables: {} }, isOncePerFilter: false }, 0, "sign_2");
    const told = await post("/api/events", { specversion: "1.0", id: "signal-1", source: "https://example.com", type: "com.example.signal" }, as.key);
    assert.equal(told.status, 202);
    assert.match(await told.text(), /"listeners":0/);
    assert.deepEqual((await sql.query("select 1 from workflow_delivery where wait_id = 'wait_foreign'")).rows, []);
    assert.deepEqual((await sql.query<{ status: string }>("select status from workflow_run where id = 'run_foreign' union all select status from approval where id = 'appr_foreign'")).rows.map(({ status }) => status), ["failed", "waiting"]);
  });
});
