import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { z } from "zod";
import { Hono } from "hono";
import { toProblem } from "../../src/app/http/problem.ts";
import type { ApiEnv } from "../../src/app/http/api.ts";
import { approvalRoutes } from "../../src/app/routes/approval.routes.ts";
import { runRoutes } from "../../src/app/routes/run.routes.ts";
import { workflowRoutes } from "../../src/app/routes/workflow.routes.ts";
import { publishAtStart } from "../../src/app/workflow-functions/publish-at-start.ts";
import { branchCounts, checkView, diffView, publishView, runSummary, runView, workflowSummary, workflowView } from "../../src/shapes/workflow.ts";
import { createKey } from "../../src/identity/authenticate.ts";
import { insertUser } from "../../src/identity/identity.store.ts";
import { hashPassword } from "../../src/identity/password.ts";
import { startTestApp, until, type TestApp } from "../start-test-app.ts";

const publishOutcome = z.object({ status: z.enum(["published", "unchanged", "refused"]), publish: publishView.nullable(), findings: z.array(z.object({ rule: z.string(), severity: z.string() }).loose()), taken: z.array(z.object({ version: z.string(), next: z.object({ patch: z.string(), minor: z.string() }) })), raised: z.array(z.object({ file: z.string(), text: z.string() })) });
const list = z.object({ items: z.array(workflowSummary) });
const publishes = z.object({ items: z.array(publishView) });
const runs = z.object({ items: z.array(runSummary), nextCursor: z.string().nullable() });

const hello = (version: string, text: string) => `document: { dsl: '1.0.3', namespace: desk, name: hello, version: '${version}' }
evaluate: { language: cel }
do:
  - pause:
      wait: { milliseconds: 400 }
  - greet:
      set: { text: ${text} }
`;

describe("published workflows", () => {
  let desk: TestApp;
  let http: Hono<ApiEnv>;
  let staff: Record<string, string>;

  before(async () => {
    desk = await startTestApp({ env: { BATON_WORKSPACE: "test/workflows/desk" } });
    const { app } = desk.running;
    http = new Hono<ApiEnv>();
    http.onError((error, c) => toProblem(c, error, app.log));
    for (const routes of [workflowRoutes, runRoutes, approvalRoutes]) http.route("/", routes(app));
    staff = await desk.signIn();
  });
  after(() => desk[Symbol.asyncDispose]());

  const get = async <T extends z.ZodType>(path: string, shape: T): Promise<z.output<T>> => {
    const answer = await http.request(path, { headers: staff });
    assert.equal(answer.status, 200, `${path}: ${answer.status} ${answer.status === 200 ? "" : await answer.clone().text()}`);
    return shape.parse(await answer.json());
  };
  const post = (path: string, body: unknown, headers = staff) => http.request(path, { method: "POST", headers: { "content-type": "application/json", ...headers }, body: JSON.stringify(body) });
  const publish = async (...documents: { file: string; text: string }[]) => publishOutcome.parse(await (await post("/api/publishes", { documents })).json());
  const start = async (name: string, input: unknown = {}, key?: string) => z.object({ runId: z.string() }).parse(await (await post(`/api/workflows/${name}/runs`, { input, ...(key === undefined ? {} : { key }) })).json()).runId;
  const ended = async (runId: string) => {
    let run: z.infer<typeof runView> | null = null;
    await until(async () => {
      const answer = await http.request(`/api/runs/${runId}`, { headers: staff });
      if (answer.status !== 200) return false;
      run = runView.parse(await answer.json());
      return run.endedAt !== null;
    });
    return z.custom<z.infer<typeof runView>>((value) => value !== null).parse(run);
  };

  test("the workspace's documents are published at the start, with health and graph", async () => {
    const { items } = await get("/api/workflows", list);
    assert.deepEqual(items.map((item) => [item.name, item.version, item.intents]), [["broken", "1.0.0", ["break_something"]], ["mute", "1.0.0", ["say_nothing"]], ["refund", "1.0.0", ["refund"]]]);
    const refund = await get("/api/workflows/refund", workflowView);
    assert.equal(refund.language, "cel");
    assert.equal(refund.graph.nodes.length, 11);
    assert.deepEqual(refund.findings.filter((finding) => finding.severity === "error"), []);
    assert.match(refund.text, /Which order is it about/);
  });

  test("a published document starts at once; a run keeps its version while another is published and after a rollback", async () => {
    assert.equal((await publish({ file: "workflows/hello.yaml", text: hello("1.0.0", "one") })).status, "published");
    assert.equal((await publish({ file: "workflows/hello.yaml", text: hello("1.0.0", "one") })).status, "unchanged");
    const first = await start("hello");
    assert.equal((await publish({ file: "workflows/hello.yaml", text: hello("1.1.0", "two") })).status, "published");
    const second = await start("hello");
    const rolledBack = await post("/api/publishes/rollback", {});
    assert.equal(rolledBack.status, 200);
    const third = await start("hello");
    assert.deepEqual((await ended(first)).output, { text: "one" });
    assert.deepEqual((await ended(second)).output, { text: "two" });
    assert.deepEqual((await ended(third)).output, { text: "one" });
    const all = (await get("/api/publishes", publishes)).items;
    assert.deepEqual(all.map((each) => [each.number, each.isActive, each.changed, each.added]), [[3, false, ["hello"], []], [2, true, [], ["hello"]], [1, false, [], ["broken", "mute", "refund"]]]);
  });

  test("a restart with the same folder does not undo a rollback", async () => {
    const { app } = desk.running;
    await publishAtStart({ ...app.workflows, log: app.log }, { ...app.workspace, workflows: [...app.workspace.workflows, { file: "workflows/hello.yaml", text: hello("1.1.0", "two") }] });
    assert.equal((await get("/api/publishes", publishes)).items.find((each) => each.isActive)?.number, 2);
  });

  test("a faulty document is refused with its place, and what is active stays", async () => {
    const refused = await publish({ file: "workflows/hello.yaml", text: hello("2.0.0", "three").replace("greet", "greet").replace("wait:", "wate:") });
    assert.equal(refused.status, "refused");
    assert.equal(refused.findings[0]?.rule, "unknown-task");
    assert.equal((await get("/api/workflows/hello", workflowView)).version, "1.0.0");
    const checked = checkView.parse(await (await post("/api/workflow-checks", { text: "do: [" })).json());
    assert.equal(checked.isValid, false);
    assert.equal(checked.graph, null);
    const good = checkView.parse(await (await post("/api/workflow-checks", { text: hello("3.0.0", "x") })).json());
    assert.equal(good.isValid, true);
    assert.equal(good.graph?.nodes.length, 4);
  });

  test("what has changed under a published number is refused with the next numbers, and published under the one that is chosen", async () => {
    const changed = { file: "workflows/counted.yaml", text: hello("1.0.0", "changed").replace("hello", "counted") };
    await publish({ ...changed, text: hello("1.0.0", "first").replace("hello", "counted") });
    const refused = await publish(changed);
    assert.deepEqual([refused.status, refused.findings.filter(({ severity }) => severity === "error").map(({ rule }) => rule), refused.taken], ["refused", ["version-taken"], [{ version: "1.0.0", next: { patch: "1.0.1", minor: "1.1.0" } }]]);
    assert.equal((await get("/api/workflows/counted", workflowView)).version, "1.0.0");
    const raised = publishOutcome.parse(await (await post("/api/publishes", { documents: [changed], raise: "minor" })).json());
    assert.deepEqual([raised.status, raised.raised.map(({ text }) => text)], ["published", [changed.text.replace("'1.0.0'", "'1.1.0'")]]);
    assert.equal((await get("/api/workflows/counted", workflowView)).text, changed.text.replace("'1.0.0'", "'1.1.0'"));
    assert.equal((await post("/api/publishes", { raise: "minor" })).status, 422, "the folder's numbers are raised in the folder");
  });

  test("two versions are compared in words", async () => {
    const { versions } = await get("/api/workflows/hello", workflowView);
    const [newer, older] = [versions.find((each) => each.version === "1.1.0"), versions.find((each) => each.version === "1.0.0")];
    const diff = await get(`/api/workflow-diff?before=${older?.hash.slice(0, 12)}&after=${newer?.hash.slice(0, 12)}`, diffView);
    assert.deepEqual(diff.changes.map((change) => change.text), ['document.version changed from "1.0.0" to "1.1.0"', 'task "greet": set.text changed from "one" to "two"']);
  });

  test("the same key starts the same run once, and its tasks are shown and counted", async () => {
    const runId = await start("hello", { a: 1 }, "order-77");
    assert.equal(await start("hello", { a: 1 }, "order-77"), runId);
    const run = await ended(runId);
    assert.deepEqual([run.status, run.input, run.tasks.map((task) => task.name)], ["completed", { a: 1 }, ["pause", "greet"]]);
    const counts = await get("/api/workflows/hello/branches", branchCounts);
    assert.equal(counts.tasks.find((task) => task.name === "greet")?.completed, counts.runs);
    assert.ok((await get("/api/runs?workflow=hello&status=completed", runs)).items.some((item) => item.id === runId));
  });

  test("a run can be read and cancelled as soon as its start is answered", async () => {
    for (const key of [undefined, "start-and-stop"]) {
      await publish({ file: "hello.yaml", text: hello("3.0.0", '"later"').replace("{ milliseconds: 400 }", "{ hours: 1 }") });
      const runId = await start("hello", { n: 1 }, key);
      const run = await get(`/api/runs/${runId}`, runView);
      assert.deepEqual([run.workflow.name, run.workflow.version, run.input], ["hello", "3.0.0", { n: 1 }]);
      assert.equal((await post(`/api/runs/${runId}/cancel`, {})).status, 202);
      assert.equal((await ended(runId)).status, "cancelled");
    }
  });

  test("a run under way is cancelled, an ended one is not", async () => {
    const text = hello("1.0.0", "late").replace("hello", "slow").replace("400", "60000");
    assert.equal((await publish({ file: "workflows/slow.yaml", text })).status, "published");
    const runId = await start("slow");
    await until(async () => (await http.request(`/api/runs/${runId}`, { headers: staff })).status === 200);
    assert.equal((await post(`/api/runs/${runId}/cancel`, {})).status, 202);
    assert.equal((await ended(runId)).status, "cancelled");
    assert.equal((await post(`/api/runs/${runId}/cancel`, {})).status, 409);
  });

  test("a failed run is seen, resumed, and started again", async () => {
    const runId = await start("broken");
    const run = await ended(runId);
    assert.equal(run.status, "failed");
    assert.equal(run.error?.detail, "The machine is broken.");
    assert.equal(run.pointer, "/do/0/stop");
    assert.equal((await post(`/api/runs/${runId}/resume`, {})).status, 202);
    assert.equal((await post(`/api/runs/${runId}/retry`, {})).status, 202);
    assert.equal((await post("/api/runs/run_nothere/resume", {})).status, 404);
    assert.equal((await post("/api/workflows/nothere/runs", {})).status, 404);
  });

  test("agents look and stop runs; only admins and keys publish, roll back and start", async () => {
    const { app } = desk.running;
    await insertUser(app.database, { tenantId: "desk", id: "user_agent", email: "bo@example.com", name: "Bo", role: "agent", passwordHash: await hashPassword("a long password"), at: new Date() });
    const opened = await desk.request("/api/session", { method: "POST", headers: { "content-type": "application/json", "x-baton-request": "1" }, body: JSON.stringify({ email: "bo@example.com", password: "a long password" }) });
    const agent = { cookie: (opened.headers.get("set-cookie") ?? "").split(";")[0] ?? "", "x-baton-request": "1" };
    for (const path of ["/api/publishes", "/api/publishes/rollback", "/api/workflows/hello/runs"]) assert.equal((await post(path, {}, agent)).status, 403, path);
    assert.equal((await http.request("/api/workflows", { headers: agent })).status, 200);
    assert.equal((await post("/api/workflow-checks", { text: "x" }, agent)).status, 200);
    assert.equal((await http.request("/api/workflow-functions", { headers: agent })).status, 200);
    const key = { authorization: `Bearer ${await createKey(app.identity, "desk", "ci")}` };
    assert.equal((await post("/api/publishes", {}, key)).status, 200, "the workspace's folder is published as it is now");
  });

  test("without a sign-in every route answers 401", async () => {
    for (const [method, path] of [["GET", "/api/workflows"], ["GET", "/api/publishes"], ["GET", "/api/workflows/hello"], ["GET", "/api/workflows/hello/branches"], ["GET", "/api/runs"], ["GET", "/api/runs/run_x"], ["GET", "/api/approvals"], ["GET", "/api/approvals/appr_x"]]) {
      assert.equal((await http.request(path ?? "", { method: method ?? "" })).status, 401, path);
    }
    for (const [path, body] of [["/api/publishes", {}], ["/api/publishes/rollback", {}], ["/api/workflow-checks", { text: "x" }], ["/api/workflows/hello/runs", {}], ["/api/approvals/appr_x/decision", { decision: "approved" }]] as const) assert.equal((await post(path, body, {})).status, 401, path);
  });
});
