import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { after, before, describe, test } from "node:test";
import { z } from "zod";
import { startTestApp, until, type TestApp, type Visit } from "../../../test/start-test-app.ts";
import { sha256 } from "../../lib/sha256.ts";
import { listApprovals } from "../../tools/approvals/approval.store.ts";
import { decideApproval } from "../../tools/approvals/decide/decide-approval.ts";
import { resumeRun } from "../run/control-run.ts";
import { deriveRunId } from "../run/run-input.ts";
import { readRunRow } from "../run/run.store.ts";
import { startRun } from "../run/start-run.ts";
import { publishDocuments } from "../versions/publish.ts";

const TENANT = "desk";
const HEAD = "document: { dsl: '1.0.3', namespace: desk, name: probe, version: '1.0.0' }\nevaluate: { language: cel }\n";

describe("what waits for people, carried out again", () => {
  let desk: TestApp;
  before(async () => void (desk = await startTestApp({ env: { BATON_WORKSPACE: "test/workflows/desk" }, overrides: { outboundAllow: ["127.0.0.1"] } })));
  after(() => desk[Symbol.asyncDispose]());
  const app = () => desk.running.app;

  const start = async (tasks: string, visit: Visit | null = null) => {
    const text = `${HEAD}do:\n${tasks}`;
    await publishDocuments({ ...app().workflows.publishing, check: () => [] }, { tenantId: TENANT, documents: [{ file: "probe.yaml", text }], by: "test", note: null, onlyIfNew: false });
    const runId = deriveRunId(randomBytes(9).toString("hex"));
    await startRun(app().workflows.starting, { tenantId: TENANT, runId, hash: sha256(text), input: {}, startedBy: "test", conversationId: visit?.conversationId ?? null });
    return runId;
  };
  const failedAttempt = (runId: string, attempt: number) => until(async () => {
    const row = await readRunRow(app().database, TENANT, runId);
    return row?.status === "failed" && row.attempt === attempt;
  });
  const questions = async (runId: string) => {
    const rows = await app().database.query(TENANT, { name: "test_questions", text: "select status from workflow_question where tenant_id = $1 and run_id = $2 order by asked_at" }, [TENANT, runId]);
    return rows.map((row) => z.object({ status: z.string() }).parse(row).status);
  };

  test("a retry over an approval that was decided goes on at once", async () => {
    const runId = await start("  - both:\n      try:\n        - may:\n            call: approve\n            with: { tool: pay_back, arguments: { order: '1004', amount: 900 }, reason: high, within: PT60S }\n        - away:\n            call: http\n            with: { method: get, endpoint: 'http://127.0.0.1:1/' }\n      catch:\n        retry: { delay: { milliseconds: 10 }, limit: { attempt: { count: 3 } } }\n");
    const asked = () => listApprovals(app().database, TENANT, { runId, limit: 5 });
    await until(async () => (await asked()).length === 1);
    const admin = { kind: "user" as const, tenantId: TENANT, userId: "user_1", name: "Eve", email: "eve@example.com", role: "admin" as const };
    await decideApproval(app().workflows.approvals, admin, { id: (await asked())[0]?.id ?? "", decision: "approved", callHash: null, comment: null });
    await failedAttempt(runId, 1);
    assert.deepEqual((await asked()).map((row) => row.status), ["approved"]);
  });

  test("a run that failed because nobody answered asks again when it is resumed", async () => {
    const runId = await start("  - ask:\n      call: ask\n      with: { question: Which colour?, within: PT0.3S, otherwise: error }\n", await desk.visit("sven@example.com"));
    await failedAttempt(runId, 1);
    assert.deepEqual(await questions(runId), ["expired"]);
    await resumeRun({ ...app().workflows.starting, database: app().database }, TENANT, runId);
    await failedAttempt(runId, 2);
    assert.deepEqual(await questions(runId), ["expired", "expired"]);
    assert.match(z.object({ detail: z.string() }).parse((await readRunRow(app().database, TENANT, runId))?.error).detail, /did not answer in time/);
  });
});
