import assert from "node:assert/strict";
import { appendFile, cp, mkdtemp, rm } from "node:fs/promises";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { z } from "zod";
import { startTestApp, until, type TestApp } from "./start-test-app.ts";

const ladder = z.object({ level: z.string(), rules: z.array(z.object({ name: z.string(), level: z.string(), declared: z.string(), by: z.string().nullable() })), closed: z.array(z.object({ rung: z.string(), reason: z.string() })) });

const entries = z.object({ items: z.array(z.object({ kind: z.string(), body: z.record(z.string(), z.unknown()) })) });

describe("the autonomy ladder", () => {
  let folder: string;
  let app: TestApp;
  let staff: Record<string, string>;
  before(async () => {
    folder = await mkdtemp(join("examples", ".autonomy-"));
    await cp("examples/shop", folder, { recursive: true });
    await appendFile(join(folder, "baton.yaml"), "\nautonomy:\n  rules:\n    - { name: changes, risks: [write, money, irreversible], level: act, lowest: draft, highest: act }\n");
    app = await startTestApp({ env: { BATON_WORKSPACE: folder } });
    staff = await app.signIn();
  });
  after(async () => {
    await app[Symbol.asyncDispose]();
    await rm(folder, { recursive: true, force: true });
  });
  const put = (path: string, body: unknown) => app.request(path, { method: "PUT", headers: { "content-type": "application/json", ...staff }, body: JSON.stringify(body) });
  /** What the policies of turns and calls say about cancelling an order that is being processed. */
  const decide = () => app.running.app.turns.policy.decide({
    principal: { type: "AiAgent", id: "assistant" }, action: "useTool", resource: { type: "Tool", id: "cancel_order", attributes: { risk: "write" } }, context: { tool: "cancel_order", channel: "web", isVerified: true, facts: { status: "processing" } },
  });

  const waiting = async () => z.object({ items: z.array(z.object({ id: z.string(), callHash: z.string() })) }).parse(await (await app.request("/api/approvals?status=waiting", { headers: staff })).json()).items;

  test("an admin sets a level and closes the ladder by the API, and calls of the AI follow at once", async () => {
    assert.equal(decide().effect, "allow");
    const set = ladder.parse(await (await put("/api/autonomy/rules/changes", { level: "act_with_approval", reason: "New team." })).json());
    assert.deepEqual(set.rules.map(({ name, level, declared }) => ({ name, level, declared })), [{ name: "changes", level: "act_with_approval", declared: "act" }]);
    assert.match(set.rules[0]?.by ?? "", /^user:/);
    assert.equal(decide().effect, "approve");
    const closed = ladder.parse(await (await put("/api/autonomy/switches", { rung: "all", isClosed: true, reason: "Something is wrong." })).json());
    assert.deepEqual(closed.closed, [{ rung: "suggest", reason: "Something is wrong." }]);
    assert.deepEqual(decide(), { effect: "deny", rules: ["cancel.processing", "autonomy.closed.suggest"], reason: "The assistant is switched off here.", needsPerson: true });
    assert.deepEqual(ladder.parse(await (await put("/api/autonomy/switches", { rung: "all", isClosed: false, reason: "Mended." })).json()).closed, []);
    assert.equal((await put("/api/autonomy/rules/nothing", { level: "act", reason: "x" })).status, 404);
    assert.equal((await put("/api/autonomy/rules/changes", { level: "act" })).status, 422, "a reason is needed");
  });

  test("what the ladder keeps from the assistant goes to a person", async () => {
    assert.equal((await put("/api/autonomy/rules/changes", { level: "draft", reason: "Not yet." })).status, 200);
    const visit = await app.visit("emma.larsson@example.com");
    await visit.ask("Please cancel order 1042");
    await visit.ask("yes");
    const called = async () => {
      const { items } = entries.parse(await (await app.request("/api/ledger?limit=100", { headers: staff })).json());
      return items.find((entry) => entry.kind === "tool.called" && entry.body["tool"] === "cancel_order");
    };
    await until(async () => (await called()) !== undefined);
    const denied = await called();
    assert.deepEqual({ status: denied?.body["status"], rules: denied?.body["rules"] }, { status: "denied", rules: ["cancel.processing", "autonomy.changes"] });
  });

  test("on the rung that asks, the call waits for a person, and their decision is measured", async () => {
    assert.equal((await put("/api/autonomy/rules/changes", { level: "act_with_approval", reason: "Once more." })).status, 200);
    const visit = await app.visit("jonas.weber@example.com");
    assert.match((await visit.ask("Please cancel order 1048")).reply?.text ?? "", /Shall I cancel order 1048/);
    const answered = visit.ask("yes, please");
    await until(async () => (await waiting()).length === 1);
    const [asked] = await waiting();
    assert.ok(asked);
    const answer = await app.request(`/api/approvals/${asked.id}/decision`, { method: "POST", headers: { "content-type": "application/json", ...staff }, body: JSON.stringify({ decision: "refused", callHash: asked.callHash }) });
    assert.equal(answer.status, 200);
    await answered;
    const rows = await app.running.app.database.query("shop", { name: "test_outcomes", text: "select rule, level, is_overridden from autonomy_outcome where tenant_id = $1 and id = $2" }, ["shop", asked.id]);
    assert.deepEqual(rows, [{ rule: "changes", level: "act_with_approval", is_overridden: true }]);
  });
});
