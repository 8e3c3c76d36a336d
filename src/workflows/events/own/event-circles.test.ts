import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { z } from "zod";
import { startInterpreter, TENANT, type Interpreter } from "../../../../test/conformance/start-interpreter.ts";
import { until } from "../../../../test/start-test-app.ts";
import { createBuiltInRedactor } from "../../../guard/adapters/built-in-redactor.ts";
import { systemClock } from "../../../lib/clock.ts";
import { createLog, type Log } from "../../../lib/log.ts";
import { defineTool } from "../../../tools/define-tool.ts";
import { createToolRunner } from "../../../tools/run-call.ts";
import type { Tool } from "../../../tools/tool.ts";
import { expireApproval } from "../../../tools/approvals/approval-change.store.ts";
import { insertApproval } from "../../../tools/approvals/approval.store.ts";
import { toolFunction } from "../../functions/tool.ts";
import { listRunRows } from "../../run/run.store.ts";
import { claimPending } from "../event.store.ts";
import { eventDepth, MAX_EVENT_DEPTH } from "../event-depth.ts";

const broken = defineTool({
  name: "broken", purpose: "Always fails.", risk: "write", idempotency: "none", needsVerifiedContact: false, timeoutMs: 2_000, input: z.object({}), output: z.object({}),
  describe: () => "call it", run: () => Promise.reject(new Error("down")),
});

/** Circles that no document shows on its face, on the real engine: each ends, and the log names the workflow. */
describe("runs that begin one another through events", () => {
  const stopped: unknown[] = [];
  const quiet = createLog({ level: "error", isPretty: true });
  const log: Log = { ...quiet, warn: () => {}, error: (event, fields) => void (event === "events.too_deep" ? stopped.push(fields?.["workflow"]) : quiet.error(event, fields)) };
  const parts: { interpreter: Interpreter | null } = { interpreter: null };
  const interpreterOf = (): Interpreter => {
    if (parts.interpreter === null) throw new Error("the interpreter is not up yet");
    return parts.interpreter;
  };
  before(async () => {
    const deps = {
      get database() {
        return interpreterOf().database;
      },
      get toolCalls() {
        return { database: interpreterOf().database, tools: new Map<string, Tool>([["broken", broken]]), fallbacks: new Map(), policy: { id: "test", hash: "test", decide: () => ({ effect: "allow" as const, rules: [] }) }, redactor: createBuiltInRedactor(), runner: createToolRunner({ log }), sql: { query: () => Promise.resolve([]), transaction: () => Promise.reject(new Error("no business database")) }, clock: systemClock, log };
      },
    };
    const tool = toolFunction(deps);
    parts.interpreter = await startInterpreter({ log, withRelay: true, functions: [{ ...tool, run: (call, given) => tool.run(call, tool.input.parse(given)), undo: async () => {} }] });
  });
  after(() => parts.interpreter?.[Symbol.asyncDispose]());

  const head = (name: string) => `document: { dsl: '1.0.3', namespace: test, name: ${name}, version: '1.0.0' }\n`;
  const countRuns = async (name: string) => (await listRunRows(interpreterOf().database, TENANT, { name, limit: 100 })).filter((run) => run.name === name).length;

  test("a workflow that starts on tool.failed and fails a tool itself is stopped", async () => {
    const { database, publish, start } = interpreterOf();
    const text = `${head("on-failure")}schedule: { on: { one: { with: { type: tool.failed } } } }\ndo:\n  - again: { call: tool, with: { tool: broken } }\n`;
    publish(text);
    await until(async () => (await database.transaction(TENANT, (query) => query("select event_is_heard($1, 'tool.failed') as is_heard", [TENANT])))[0]?.["is_heard"] === true);
    await start(text);
    await until(() => stopped.includes("test/on-failure"));
    await until(async () => (await countRuns("on-failure")) === 1 + MAX_EVENT_DEPTH);
    assert.deepEqual(stopped, ["test/on-failure"]);
  });

  test("a sub-workflow that emits what the workflow around it starts on is stopped", async () => {
    const { publish, publishEvent } = interpreterOf();
    publish(`${head("tells")}do:\n  - tell: { emit: { event: { with: { source: 'https://acme.example', type: circle.x } } } }\n`);
    publish(`${head("around")}schedule: { on: { one: { with: { type: circle.x } } } }\ndo:\n  - inner: { run: { workflow: { namespace: test, name: tells, version: '1.0.0' } } }\n`);
    await publishEvent({ type: "circle.x" });
    await until(() => stopped.includes("test/around"));
    await until(async () => (await countRuns("around")) === 1 + MAX_EVENT_DEPTH);
  });

  test("an approval that nobody decides in time tells how deep its run stood", async () => {
    const { database, publish } = interpreterOf();
    publish(`${head("on-decision")}schedule: { on: { one: { with: { type: approval.decided, subject: somebody-else } } } }\ndo:\n  - done: { set: { ok: true } }\n`);
    await until(async () => (await database.transaction(TENANT, (query) => query("select event_is_heard($1, 'approval.decided') as is_heard", [TENANT])))[0]?.["is_heard"] === true);
    const at = new Date();
    const told = await database.transaction(TENANT, async (query) => {
      await insertApproval(query, { tenantId: TENANT, id: "appr_1", runId: "run_1", workflow: "w", pointer: "/do/0/a", taskName: "a", caseId: null, contactId: null, conversationId: null, callId: null, turnId: null, channel: "workflow", principal: "AiAgent:assistant", tool: "pay", risk: "money", given: {}, arguments: {}, facts: {}, amountCents: null, currency: null, policyRules: [], policyHash: null, rule: { groups: [], deadlineMs: null }, startedBy: null, callHash: "h", describedAs: "pay", reason: "much", toldAs: null, externalId: "ext", at, deadlineAt: at, eventDepth: 4 });
      await expireApproval(query, TENANT, "appr_1", at);
      return claimPending(query, TENANT);
    });
    assert.deepEqual([told?.type, eventDepth(told)], ["approval.decided", 4]);
  });
});
