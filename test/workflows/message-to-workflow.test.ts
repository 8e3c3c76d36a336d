import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import pg from "pg";
import { decideApproval } from "../../src/tools/approvals/decide/decide-approval.ts";
import { handOnApproval } from "../../src/tools/approvals/decide/hand-on-approval.ts";
import { findApproval, listApprovals } from "../../src/tools/approvals/approval.store.ts";
import { cancelRun } from "../../src/workflows/run/control-run.ts";
import { openRun } from "../../src/workflows/run/open-run.store.ts";
import { deriveRunId } from "../../src/workflows/run/run-input.ts";
import { listRunRows, readRunRow } from "../../src/workflows/run/run.store.ts";
import { startRun, toRunInput } from "../../src/workflows/run/start-run.ts";
import { handBack, resolveConversation, takeOver } from "../../src/handoff/hold-conversation.ts";
import type { UserActor } from "../../src/identity/actor.ts";
import { startTestApp, until, type TestApp, type Visit } from "../start-test-app.ts";

describe("a message that starts a workflow", () => {
  let test1: TestApp;
  let sql: pg.Client;
  let admin: UserActor;

  before(async () => {
    test1 = await startTestApp({ env: { BATON_WORKSPACE: "test/workflows/desk" } });
    sql = new pg.Client({ connectionString: test1.databaseUrl });
    await sql.connect();
    const user = (await sql.query<{ id: string; email: string }>("select id, email from user_account")).rows[0];
    admin = { kind: "user", tenantId: "desk", userId: user?.id ?? "", name: "Ada", email: user?.email ?? "", role: "admin" };
  });
  after(async () => {
    await sql.end();
    await test1[Symbol.asyncDispose]();
  });

  const app = () => test1.running.app;
  const runsOf = (visit: Visit) => listRunRows(app().database, "desk", { conversationId: visit.conversationId, limit: 10 });
  const texts = async (visit: Visit) => (await sql.query<{ body: string }>("select body from message where conversation_id = $1 and author = 'ai' order by seq", [visit.conversationId])).rows.map((row) => row.body);
  const payments = async (number: string) => (await sql.query("select key from desk.payments where number = $1 and not taken_back", [number])).rows.length;
  const send = async (visit: Visit, id: string, text: string) => {
    const answer = await test1.request("/api/chat/messages", { method: "POST", headers: { "content-type": "application/json", ...visit.headers }, body: JSON.stringify({ id, text }) });
    assert.ok(answer.ok, `${answer.status} ${answer.ok ? "" : await answer.text()}`);
  };
  const turns = async (visit: Visit) => (await sql.query<{ status: string; decision: string; reason: string }>("select status, decision, reason from turn where conversation_id = $1 order by started_at", [visit.conversationId])).rows;

  test("asks, hears the answer, calls the tool once and replies", async () => {
    const visit = await test1.visit("mia@example.com");
    assert.equal((await visit.ask("I want a refund please")).reply?.text, "Which order is it about?");
    assert.equal((await visit.ask("it is 1001, thanks")).reply?.text, "I have paid back 40 for order 1001.");
    assert.equal(await payments("1001"), 1);
    await until(async () => (await runsOf(visit))[0]?.status === "completed");
    assert.deepEqual((await turns(visit)).map((turn) => [turn.status, turn.decision.split(":")[0], turn.reason]), [["replied", "workflow", "intent.refund"], ["replied", "answer", "question.of_workflow"]]);
    const run = await readRunRow(app().database, "desk", (await runsOf(visit))[0]?.id ?? "");
    assert.equal(run?.started_by, "turn");
    assert.equal(run?.conversation_id, visit.conversationId);
  });

  test("who takes the wish back is left alone, and nobody is called", async () => {
    const visit = await test1.visit("nora@example.com");
    await visit.ask("refund please");
    assert.equal((await visit.ask("no, forget it")).reply?.text, "All right, I leave it at that. Is there something else I can do for you?");
    assert.equal((await sql.query("select 1 from handoff where conversation_id = $1", [visit.conversationId])).rows.length, 0);
  });

  test("an answer that does not fit is asked again", async () => {
    const visit = await test1.visit("ben@example.com");
    await visit.ask("refund please");
    assert.equal((await visit.ask("no idea honestly")).reply?.text, "Please send me the four digits of the order number.");
    assert.equal((await visit.ask("1001")).reply?.text, "I have paid back 40 for order 1001.");
  });

  test("when the attempts are used up a person gets it, with everything known", async () => {
    const visit = await test1.visit("cleo@example.com");
    await visit.ask("refund please");
    await visit.ask("hm, not sure");
    await visit.ask("really not sure");
    assert.match((await visit.ask("still not sure")).reply?.text ?? "", /passing you to a colleague/);
    const handoff = (await sql.query<{ reason: string; summary: { headline: string } }>("select reason, summary from handoff where conversation_id = $1", [visit.conversationId])).rows;
    assert.equal(handoff.length, 1);
    assert.equal(handoff[0]?.reason, "workflow.no_answer");
    assert.match(handoff[0]?.summary.headline ?? "", /Which order is it about/);
    await until(async () => (await runsOf(visit))[0]?.status === "failed");
    assert.equal((await texts(visit)).filter((text) => /passing you/.test(text)).length, 1, "the end of the run hands nothing over again");
  });

  test("a wish for a person outranks the question", async () => {
    const visit = await test1.visit("dora@example.com");
    await visit.ask("refund please");
    assert.match((await visit.ask("I want to talk to a human")).reply?.text ?? "", /passing you to a colleague/);
    const question = (await sql.query<{ status: string }>("select status from workflow_question where conversation_id = $1", [visit.conversationId])).rows;
    assert.deepEqual(question.map((row) => row.status), ["waiting"]);
  });

  test("a takeover pauses the question; after the hand-back the next message answers it", async () => {
    const visit = await test1.visit("emil@example.com");
    await visit.ask("refund please");
    await takeOver(app().handoff, admin, visit.conversationId);
    await send(visit, "message-while-held", "1001");
    await new Promise((resolve) => setTimeout(resolve, 1_600));
    assert.equal((await runsOf(visit))[0]?.ended_at, null);
    await handBack(app().handoff, admin, visit.conversationId);
    await until(async () => (await texts(visit)).includes("I have paid back 40 for order 1001."));
  });

  test("a large amount waits for a person, who approves the exact call; it then runs once", async () => {
    const visit = await test1.visit("finn@example.com");
    await visit.ask("refund please");
    await send(visit, "message-large", "1002");
    let approvalId = "";
    await until(async () => {
      const row = (await listApprovals(app().database, "desk", { conversationId: visit.conversationId, limit: 1 }))[0];
      approvalId = row?.id ?? "";
      return row?.status === "waiting";
    });
    const asked = await findApproval(app().database, "desk", approvalId);
    assert.equal(asked?.described_as, "Pay back 900 for order 1002.");
    assert.deepEqual(asked?.arguments, { order: "1002", amount: 900 });
    assert.equal(await payments("1002"), 0);
    assert.match((await visit.ask("where is my refund, I want my money back")).reply?.text ?? "", /still working on this/, "a second run of the same workflow is not begun");
    assert.equal((await runsOf(visit)).length, 1);
    await assert.rejects(decideApproval(app().workflows.approvals, admin, { id: approvalId, decision: "approved", callHash: "0".repeat(64), comment: null }), { code: "approvals.mismatch" });
    await decideApproval(app().workflows.approvals, admin, { id: approvalId, decision: "approved", callHash: asked?.call_hash ?? null, comment: "fine" });
    await until(async () => (await texts(visit)).includes("I have paid back 900 for order 1002."));
    assert.equal(await payments("1002"), 1);
    assert.equal((await findApproval(app().database, "desk", approvalId))?.decided_by, `user:${admin.userId}`);
    await decideApproval(app().workflows.approvals, admin, { id: approvalId, decision: "approved", callHash: null, comment: null });
    await assert.rejects(decideApproval(app().workflows.approvals, admin, { id: approvalId, decision: "refused", callHash: null, comment: null }), { code: "approvals.over" });
  });

  test("a refusal is told, and nothing is paid", async () => {
    const visit = await test1.visit("gus@example.com");
    await visit.ask("refund please");
    const waiting = visit.ask("1003");
    await until(async () => (await listApprovals(app().database, "desk", { conversationId: visit.conversationId, limit: 1 }))[0]?.status === "waiting");
    const row = (await listApprovals(app().database, "desk", { conversationId: visit.conversationId, limit: 1 }))[0];
    const agent: UserActor = { ...admin, userId: "user_2", email: "bo@example.com", role: "agent" };
    await handOnApproval(app().workflows.approvals, agent, { id: row?.id ?? "", to: ["somebody@example.com"] });
    await assert.rejects(decideApproval(app().workflows.approvals, agent, { id: row?.id ?? "", decision: "approved", callHash: null, comment: null }), { code: "approvals.not_yours" });
    await decideApproval(app().workflows.approvals, admin, { id: row?.id ?? "", decision: "refused", callHash: null, comment: "no" });
    assert.match((await waiting).reply?.text ?? "", /we cannot pay this back/);
    assert.equal(await payments("1003"), 0);
  });

  test("a question of a closed case is nobody's any more", async () => {
    const visit = await test1.visit("hugo@example.com");
    await visit.ask("refund please");
    await resolveConversation(app().handoff, admin, visit.conversationId);
    assert.match((await visit.ask("1001")).reply?.text ?? "", /could not find|passing you/, "the message opens a case of its own");
    assert.deepEqual((await sql.query<{ status: string }>("select status from workflow_question where conversation_id = $1", [visit.conversationId])).rows, [{ status: "waiting" }]);
  });

  test("two messages in quick succession start one run, however late the run writes of itself", async () => {
    const visit = await test1.visit();
    await sql.query(`create function write_late() returns trigger language plpgsql as $$ begin perform pg_sleep(2); return new; end $$;
      create trigger write_late before insert or update on workflow_run for each row when (new.invocation_id <> '') execute function write_late()`);
    try {
      await send(visit, "message-first", "be mute please");
      await until(async () => (await turns(visit))[0]?.status === "silent");
      assert.deepEqual((await runsOf(visit)).map((run) => [run.name, run.status, run.invocation_id]), [["mute", "running", ""]]);
      assert.match((await visit.ask("be mute please")).reply?.text ?? "", /still working on this/);
    } finally {
      await sql.query("drop trigger write_late on workflow_run; drop function write_late");
    }
    await until(async () => (await runsOf(visit))[0]?.status === "completed");
    assert.equal((await runsOf(visit)).length, 1);
  });

  test("a run that is cancelled before it begins never does, and its contact gets a person", async () => {
    const visit = await test1.visit();
    await visit.ask("who won the match");
    const hash = (await app().workflows.versions.activeByName("desk", "mute"))?.hash ?? "";
    const start = { tenantId: "desk", runId: deriveRunId("never begins"), hash, input: { kept: 1 }, startedBy: "turn", conversationId: visit.conversationId };
    await openRun(app().database, toRunInput(start, Date.now()));
    await cancelRun({ ...app().workflows.starting, database: app().database }, "desk", start.runId);
    const state = async () => readRunRow(app().database, "desk", start.runId);
    await until(async () => (await state())?.status === "cancelled");
    await startRun(app().workflows.starting, start);
    await startRun(app().workflows.starting, { ...start, mayBeRepeat: true });
    await until(async () => (await sql.query("select 1 from handoff where conversation_id = $1", [visit.conversationId])).rowCount === 1);
    assert.deepEqual([(await state())?.status, (await state())?.input], ["cancelled", { kept: 1 }]);
    assert.equal((await sql.query("select 1 from workflow_task where run_id = $1", [start.runId])).rowCount, 0);
  });

  test("a takeover while it is decided keeps the run from being started, and the ledger says so", async () => {
    const visit = await test1.visit("ines@example.com");
    const goOn = test1.holdTurns();
    await send(visit, "message-taken", "refund please");
    await until(async () => (await sql.query("select 1 from conversation where id = $1 and running_turn_id is not null", [visit.conversationId])).rowCount === 1);
    await takeOver(app().handoff, admin, visit.conversationId);
    goOn();
    await until(async () => (await turns(visit))[0]?.status === "silent");
    assert.deepEqual(await runsOf(visit), []);
    const entries = (await sql.query<{ kind: string; body: string }>("select kind, body from ledger_entry where subject_id = $1 and kind like 'turn.%'", [visit.conversationId])).rows;
    assert.deepEqual(entries.map(({ kind, body }) => [kind, /holder.not_ai/.test(body)]), [["turn.silent", true]]);
    assert.ok(((await sql.query<{ stages: unknown[] }>("select stages from turn where conversation_id = $1", [visit.conversationId])).rows[0]?.stages.length ?? 0) > 3);
  });

  test("a run that fails without a reply passes the contact to a person", async () => {
    const visit = await test1.visit();
    assert.match((await visit.ask("break the machine please")).reply?.text ?? "", /passing you to a colleague/);
    const handoff = (await sql.query<{ reason: string; summary: { headline: string } }>("select reason, summary from handoff where conversation_id = $1", [visit.conversationId])).rows[0];
    assert.equal(handoff?.reason, "workflow.failed");
    assert.match(handoff?.summary.headline ?? "", /The machine is broken/);
  });

  test("so does a run that ends without a word", async () => {
    const visit = await test1.visit();
    assert.match((await visit.ask("be mute please")).reply?.text ?? "", /passing you to a colleague/);
    assert.equal((await turns(visit))[0]?.status, "handed_off");
  });

  test("who has not signed in is asked to", async () => {
    const visit = await test1.visit();
    assert.match((await visit.ask("I want a refund please")).reply?.text ?? "", /signed in/);
    assert.deepEqual(await runsOf(visit), []);
  });
});
