import assert from "node:assert/strict";
import { createHmac, randomBytes } from "node:crypto";
import { createServer, type Server } from "node:http";
import { after, before, beforeEach, describe, test } from "node:test";
import pg from "pg";
import { sha256 } from "../../src/lib/sha256.ts";
import { decideApproval } from "../../src/tools/approvals/decide/decide-approval.ts";
import { listApprovals } from "../../src/tools/approvals/approval.store.ts";
import { cancelRun, resumeRun } from "../../src/workflows/run/control-run.ts";
import { deriveRunId } from "../../src/workflows/run/run-input.ts";
import { readRunRow, readTaskRows } from "../../src/workflows/run/run.store.ts";
import { startRun } from "../../src/workflows/run/start-run.ts";
import type { Channel } from "../../src/channels/channel.ts";
import { say } from "../../src/workflows/talk/say.ts";
import { publishDocuments } from "../../src/workflows/versions/publish.ts";
import { startScriptedModel, type ScriptedModelServer, type ScriptedRules } from "../scripted-model.ts";
import { startTestApp, until, type TestApp, type Visit } from "../start-test-app.ts";

const HEAD = "document: { dsl: '1.0.3', namespace: desk, name: probe, version: '1.0.0' }\nevaluate: { language: cel }\n";

describe("our functions in a run", () => {
  let desk: TestApp;
  let sql: pg.Client;
  let model: ScriptedModelServer;
  let rules: ScriptedRules = () => [{ text: "not scripted" }];
  let hook: Server;
  let hookUrl = "";
  let posted: { headers: Record<string, unknown>; body: string }[] = [];
  let statuses: number[] = [];

  before(async () => {
    model = await startScriptedModel((request) => rules(request));
    hook = createServer((request, response) => {
      let body = "";
      request.on("data", (part: Buffer) => (body += part.toString()));
      request.on("end", () => {
        posted.push({ headers: request.headers, body });
        response.writeHead(statuses.shift() ?? 200).end("ok");
      });
    });
    await new Promise<void>((resolve) => hook.listen(0, "127.0.0.1", resolve));
    const address = hook.address();
    hookUrl = `http://127.0.0.1:${typeof address === "object" && address !== null ? address.port : 0}/hook`;
    desk = await startTestApp({ env: { BATON_WORKSPACE: "test/workflows/desk", OPENAI_API_KEY: "sk-test-0000", OPENAI_BASE_URL: model.url }, overrides: { outboundAllow: ["127.0.0.1"] } });
    sql = new pg.Client({ connectionString: desk.databaseUrl });
    await sql.connect();
  });
  beforeEach(() => {
    model.requests.length = 0;
    posted = [];
    statuses = [];
  });
  after(async () => {
    await sql.end();
    await desk[Symbol.asyncDispose]();
    await model.close();
    hook.close();
  });

  const app = () => desk.running.app;
  /** Publishes a document of these tasks and starts it, about a visit's contact where one is given. */
  const start = async (tasks: string, input: unknown = {}, visit: Visit | null = null) => {
    const text = `${HEAD}do:\n${tasks}`;
    await publishDocuments({ ...app().workflows.publishing, check: () => [] }, { tenantId: "desk", documents: [{ file: "probe.yaml", text }], by: "test", note: null, onlyIfNew: false });
    const contactId = visit === null ? null : ((await sql.query<{ contact_id: string }>("select contact_id from conversation where id = $1", [visit.conversationId])).rows[0]?.contact_id ?? null);
    const runId = deriveRunId(randomBytes(9).toString("hex"));
    await startRun(app().workflows.starting, { tenantId: "desk", runId, hash: sha256(text), input, startedBy: "test", conversationId: visit?.conversationId ?? null, contactId });
    return runId;
  };
  const ended = async (runId: string) => {
    await until(async () => typeof (await readRunRow(app().database, "desk", runId))?.ended_at === "string");
    const row = await readRunRow(app().database, "desk", runId);
    assert.ok(row);
    return row;
  };
  const run = async (tasks: string, input: unknown = {}, visit: Visit | null = null) => ended(await start(tasks, input, visit));
  const errorOf = (row: { error: unknown }) => (typeof row.error === "object" && row.error !== null ? { ...row.error } : {});

  test("understand tells intent, entities and mood", async () => {
    const row = await run("  - read:\n      call: understand\n      with: { text: '${ input.text }' }\n", { text: "I want a refund for order 1042, this is awful" });
    const output = row.output;
    assert.ok(typeof output === "object" && output !== null && "intent" in output && "entities" in output);
    assert.equal(output.intent, "refund");
    assert.deepEqual(output.entities, { order_number: ["1042"] });
  });

  test("retrieve without articles finds nothing, and verify judges a text by its facts", async () => {
    assert.deepEqual((await run("  - find:\n      call: retrieve\n      with: { query: shipping to Norway }\n")).output, { passages: [] });
    const row = await run("  - judge:\n      call: verify\n      with: { text: Order 1001 cost 40 euros., facts: [Order 1001 cost 40 euros.] }\n");
    assert.equal(typeof row.output === "object" && row.output !== null && "isGrounded" in row.output && row.output.isGrounded, true);
    const wrong = await run("  - judge:\n      call: verify\n      with: { text: Order 1001 cost 90 euros and ships on 4 May., facts: [Order 1001 cost 40 euros.] }\n");
    assert.equal(typeof wrong.output === "object" && wrong.output !== null && "isGrounded" in wrong.output && wrong.output.isGrounded, false);
  });

  test("a tool's refusal by policy is an error a document can catch, what is not found is an outcome", async () => {
    const visit = await desk.visit("nina@example.com");
    const denied = await run("  - pay:\n      call: tool\n      with: { tool: pay_back, arguments: { order: '1004', amount: 900 } }\n", {}, visit);
    assert.equal(denied.status, "failed");
    assert.equal(Reflect.get(errorOf(denied), "type"), "https://baton.dev/errors/workflows.tool_denied");
    const missing = await run("  - look:\n      call: tool\n      with: { tool: get_item, arguments: { order: '9999' } }\n", {}, visit);
    assert.deepEqual([missing.status, Reflect.get(Object(missing.output), "status")], ["completed", "not_found"]);
    const unknown = await run("  - look:\n      call: tool\n      with: { tool: get_nothing }\n", {}, visit);
    assert.equal(Reflect.get(errorOf(unknown), "type"), "https://baton.dev/errors/tools.unknown");
  });

  test("a cancelled run takes its payment back by the undo the task names", async () => {
    const visit = await desk.visit("olga@example.com");
    const runId = await start("  - pay:\n      call: tool\n      with: { tool: pay_back, arguments: { order: '1001', amount: 41 }, undo: { tool: take_back, take: { payment: paymentId } } }\n  - rest:\n      wait: { minutes: 10 }\n", {}, visit);
    await until(async () => (await sql.query("select 1 from desk.payments where amount = 41 and not taken_back")).rows.length === 1);
    await until(async () => (await readRunRow(app().database, "desk", runId))?.status === "waiting");
    await cancelRun({ ...app().workflows.starting, database: app().database }, "desk", runId);
    assert.equal((await ended(runId)).status, "cancelled");
    assert.deepEqual((await sql.query("select taken_back from desk.payments where amount = 41")).rows, [{ taken_back: true }]);
    assert.ok((await readTaskRows(app().database, "desk", runId)).some((task) => task.name === "undo pay"));
  });

  test("a failed call is made again by the document's retry and by a resumption, under the same key", async () => {
    const visit = await desk.visit("quin@example.com");
    const retried = await run("  - again:\n      try:\n        - call:\n            call: tool\n            with: { tool: flaky, arguments: { name: retried, failures: 4 } }\n      catch:\n        retry: { delay: { milliseconds: 10 }, limit: { attempt: { count: 3 } } }\n", {}, visit);
    assert.equal(retried.status, "completed", JSON.stringify(retried.error));
    const runId = await start("  - call:\n      call: tool\n      with: { tool: flaky, arguments: { name: resumed, failures: 4 } }\n", {}, visit);
    assert.equal((await ended(runId)).status, "failed");
    await resumeRun({ ...app().workflows.starting, database: app().database }, "desk", runId);
    await until(async () => (await readRunRow(app().database, "desk", runId))?.status === "completed");
    for (const row of (await sql.query<{ key: string }>("select key from desk.tries")).rows) assert.equal(new Set(row.key.split(",")).size, 1);
  });

  test("with a model, a message of a workflow's intent starts it, and the model is not asked", async () => {
    const visit = await desk.visit("vera@example.com");
    await publishDocuments({ ...app().workflows.publishing, check: () => [] }, { tenantId: "desk", documents: app().workspace.workflows, by: "test", note: null, onlyIfNew: false });
    assert.equal((await visit.ask("refund please")).reply?.text, "Which order is it about?");
    assert.equal((await visit.ask("1001")).reply?.text, "I have paid back 40 for order 1001.");
    assert.equal(model.requests.length, 0);
  });

  test("an approval nobody decides expires and allows nothing", async () => {
    const visit = await desk.visit("paul@example.com");
    const row = await run("  - may:\n      call: approve\n      with: { tool: pay_back, arguments: { order: '1004', amount: 900 }, reason: high, within: PT0.3S }\n  - pay:\n      call: tool\n      with: { tool: pay_back, arguments: { order: '1004', amount: 900 }, approval: '${ input.approvalId }' }\n", {}, visit);
    assert.equal(Reflect.get(errorOf(row), "type"), "https://baton.dev/errors/approvals.mismatch");
    assert.equal((await listApprovals(app().database, "desk", { limit: 1 }))[0]?.status, "expired");
    assert.equal((await sql.query("select 1 from desk.payments where number = '1004'")).rows.length, 0);
  });

  test("an approval allows the exact call only, and an agent may not decide what is for admins", async () => {
    const visit = await desk.visit("rosa@example.com");
    const runId = await start("  - may:\n      call: approve\n      with: { tool: pay_back, arguments: { order: '1004', amount: 900 }, reason: high, role: admin }\n  - pay:\n      call: tool\n      with: { tool: pay_back, arguments: { order: '1004', amount: 901 }, approval: '${ input.approvalId }' }\n", {}, visit);
    await until(async () => (await listApprovals(app().database, "desk", { runId, limit: 1 })).length === 1);
    const id = (await listApprovals(app().database, "desk", { runId, limit: 1 }))[0]?.id ?? "";
    const person = { kind: "user" as const, tenantId: "desk", userId: "user_1", name: "Eve", email: "eve@example.com" };
    await assert.rejects(decideApproval(app().workflows.approvals, { ...person, role: "agent" }, { id, decision: "approved", callHash: null, comment: null }), { code: "approvals.not_yours" });
    await decideApproval(app().workflows.approvals, { ...person, role: "admin" }, { id, decision: "approved", callHash: null, comment: null });
    assert.equal(Reflect.get(errorOf(await ended(runId)), "type"), "https://baton.dev/errors/approvals.mismatch");
  });

  test("an approval whose run has ended can no longer be decided", async () => {
    const runId = await start("  - may:\n      call: approve\n      with: { tool: pay_back, arguments: { order: '1004', amount: 900 }, reason: high }\n");
    await until(async () => (await readRunRow(app().database, "desk", runId))?.status === "waiting");
    await until(async () => (await listApprovals(app().database, "desk", { runId, limit: 1 })).length === 1);
    await cancelRun({ ...app().workflows.starting, database: app().database }, "desk", runId);
    await ended(runId);
    await until(async () => (await listApprovals(app().database, "desk", { runId, limit: 1 }))[0]?.status === "withdrawn");
    const id = (await listApprovals(app().database, "desk", { runId, limit: 1 }))[0]?.id ?? "";
    await assert.rejects(decideApproval(app().workflows.approvals, { kind: "user", tenantId: "desk", userId: "user_1", name: "Eve", email: "eve@example.com", role: "admin" }, { id, decision: "approved", callHash: null, comment: null }), { code: "approvals.over", message: /run has ended/ });
  });

  test("a question nobody answers in time goes to a person", async () => {
    const visit = await desk.visit("sven@example.com");
    const row = await run("  - ask:\n      call: ask\n      with: { question: Which colour?, within: PT0.3S }\n", {}, visit);
    assert.equal(Reflect.get(errorOf(row), "type"), "https://baton.dev/errors/workflows.ask_gave_up");
    assert.deepEqual((await sql.query("select holder from conversation where id = $1", [visit.conversationId])).rows, [{ holder: "queue" }]);
  });

  test("what speaks to a contact is refused in a run without a conversation", async () => {
    assert.match(String(Reflect.get(errorOf(await run("  - say:\n      call: reply\n      with: { text: Hello }\n")), "detail")), /conversation/);
  });

  test("a reply is withheld while a person holds the conversation", async () => {
    const visit = await desk.visit("tess@example.com");
    await sql.query("update conversation set holder = 'human' where id = $1", [visit.conversationId]);
    assert.deepEqual((await run("  - say:\n      call: reply\n      with: { text: Hello }\n", {}, visit)).output, { status: "withheld", messageId: null });
    assert.equal((await sql.query("select 1 from message where conversation_id = $1", [visit.conversationId])).rows.length, 0);
  });

  test("with the ladder closed, a run goes on saying what its document says, and leaves to a person what a model has written", async () => {
    const staff = { ...(await desk.signIn()), "content-type": "application/json" };
    const close = async (isClosed: boolean) => {
      const answer = await desk.request("/api/autonomy/switches", { method: "PUT", headers: staff, body: JSON.stringify({ rung: "suggest", isClosed, reason: "A test." }) });
      assert.equal(answer.status, 200);
    };
    const told = async (visit: Visit) => (await sql.query<{ author: string; body: string }>("select author, body from message where conversation_id = $1 order by seq", [visit.conversationId])).rows.map(({ author, body }) => `${author}: ${body}`);
    rules = () => [{ text: JSON.stringify({ words: "Words of a model." }) }];
    const schema = "schema: { type: object, properties: { words: { type: string } }, required: [words] }";
    const written = `  - hello:\n      call: reply\n      with: { text: Hello }\n  - write:\n      call: generate\n      with: { prompt: Write., ${schema} }\n`;
    const say = "  - say:\n      call: reply\n      with: { text: '${ input.words }' }\n";
    const inFork = `  - both:\n      fork:\n        branches:\n          - written:\n              call: generate\n              with: { prompt: Write., ${schema} }\n  - say:\n      call: reply\n      with: { text: '\${ input[0].words }' }\n`;
    await close(true);
    try {
      const visit = await desk.visit("lena@example.com");
      assert.deepEqual((await run(`${written}${say}`, {}, visit)).output, { status: "withheld", messageId: null });
      assert.deepEqual((await told(visit)).filter((each) => each.startsWith("ai")), ["ai: Hello"]);
      const { rows } = await sql.query("select c.holder, h.reason, h.summary -> 'verifiedFacts' as facts from conversation c join handoff h on h.conversation_id = c.id and h.status = 'waiting' where c.id = $1", [visit.conversationId]);
      assert.deepEqual(rows, [{ holder: "queue", reason: "autonomy.workflow", facts: ["identity verified: lena@example.com", "not sent: Words of a model."] }]);
      const forked = await desk.visit("finn@example.com");
      assert.deepEqual((await run(inFork, {}, forked)).output, { status: "withheld", messageId: null });
      const handed = await desk.visit("hugo@example.com");
      await run(`${written}  - hand:\n      call: handoff\n      with: { summary: It is done., text: '\${ input.words }' }\n`, {}, handed);
      assert.deepEqual((await told(handed)).filter((each) => each.startsWith("ai")), ["ai: Hello", "ai: I'm passing you to a colleague now; they will see our whole conversation."]);
    } finally {
      await close(false);
    }
    const open = await desk.visit("olaf@example.com");
    await run(`${written}${say}`, {}, open);
    assert.deepEqual(await told(open), ["ai: Hello", "ai: Words of a model."]);
  });

  test("a message said twice under one key is stored and pushed once", async () => {
    const visit = await desk.visit("wim@example.com");
    const talk = { ...app().workflows.talk, channels: new Map<string, Channel>([["web", { name: "web", delivery: "push", send: () => Promise.resolve({ kind: "sent" }) }]]) };
    const words = { tenantId: "desk", conversationId: visit.conversationId, runId: "run_x", workflow: "probe", pointer: "/do/0/hello", mayHoldModelWords: false, idempotencyKey: "call_x", text: "Hello", messageKind: "reply" as const };
    const said = await Promise.all([say(talk, words), say(talk, words), say(talk, words)]);
    assert.equal(new Set(said.map((each) => (each.kind === "sent" ? each.messageId : each.kind))).size, 1);
    for (const table of ["message", "outbox"]) assert.equal((await sql.query(`select 1 from ${table} where conversation_id = $1`, [visit.conversationId])).rows.length, 1, table);
  });

  test("a notice is signed, tried again, and refused by an address that says no", async () => {
    statuses = [503, 200];
    const row = await run("  - tell:\n      call: notify\n      with: { url: '${ input.url }', text: A spike, data: { n: 3 }, secret: geheim }\n", { url: hookUrl });
    assert.equal(Reflect.get(Object(row.output), "status"), 200);
    assert.equal(posted.length, 2);
    const [first, second] = posted;
    const id = String(second?.headers["webhook-id"]);
    assert.equal(first?.headers["webhook-id"], id, "the id is the same on every attempt");
    assert.equal(second?.headers["webhook-signature"], `v1,${createHmac("sha256", Buffer.from("geheim", "base64")).update(`${id}.${String(second?.headers["webhook-timestamp"])}.${second?.body}`).digest("base64")}`);
    assert.deepEqual(Reflect.get(Object(JSON.parse(second?.body ?? "")), "data"), { n: 3 });
    statuses = [404];
    assert.equal(Reflect.get(errorOf(await run("  - tell:\n      call: notify\n      with: { url: '${ input.url }', text: x }\n", { url: hookUrl })), "type"), "https://baton.dev/errors/workflows.notify_refused");
  });

  test("generate gives what the schema says, with placeholders only for the model, and repairs once", async () => {
    let asked = 0;
    rules = () => [{ text: JSON.stringify((asked += 1) === 1 ? { mail: 7 } : { mail: "[EMAIL_1]" }) }];
    const row = await run("  - find:\n      call: generate\n      with: { prompt: Find the mail address., input: '${ input.text }', schema: { type: object, properties: { mail: { type: string } }, required: [mail] } }\n", { text: "write to mia.private@example.com please" });
    assert.deepEqual(row.output, { mail: "mia.private@example.com" });
    assert.equal(model.requests.length, 2);
    assert.ok(!model.requests.some((request) => request.raw.includes("mia.private")), "the address left the house");
    rules = () => [{ text: "no" }];
    assert.equal(Reflect.get(errorOf(await run("  - find:\n      call: generate\n      with: { prompt: Find it., schema: { type: object, required: [mail] } }\n")), "type"), "https://baton.dev/errors/workflows.generate_failed");
  });

  test("an agent works with the tools that only read, unless the task names others", async () => {
    const visit = await desk.visit("uma@example.com");
    rules = (request) => (request.messages.at(-1)?.role === "tool" ? [{ text: "Order 1001 cost 40." }] : [{ toolCall: { name: "get_item", arguments: { order: "1001" } } }]);
    const row = await run("  - work:\n      call: agent\n      with: { message: What did order 1001 cost? }\n", {}, visit);
    assert.deepEqual([Reflect.get(Object(row.output), "outcome"), Reflect.get(Object(row.output), "text")], ["answer", "Order 1001 cost 40."]);
    assert.deepEqual(model.requests[0]?.toolNames.sort(), ["get_item", "handoff"]);
  });
});

test("without a model, what needs one fails with a message that says what to set", async () => {
  await using desk = await startTestApp({ env: { BATON_WORKSPACE: "test/workflows/desk" } });
  const { app } = desk.running;
  const text = `${HEAD}do:\n  - write:\n      call: generate\n      with: { prompt: Write. }\n`;
  await publishDocuments({ ...app.workflows.publishing, check: () => [] }, { tenantId: "desk", documents: [{ file: "probe.yaml", text }], by: "test", note: null, onlyIfNew: false });
  const runId = deriveRunId("no-model");
  await startRun(app.workflows.starting, { tenantId: "desk", runId, hash: sha256(text), input: {}, startedBy: "test" });
  await until(async () => (await readRunRow(app.database, "desk", runId))?.status === "failed");
  assert.match(JSON.stringify((await readRunRow(app.database, "desk", runId))?.error), /OPENAI_API_KEY/);
});
