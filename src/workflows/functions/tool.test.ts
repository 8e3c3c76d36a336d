import assert from "node:assert/strict";
import { after, test } from "node:test";
import { z } from "zod";
import { startInterpreter, type Interpreter } from "../../../test/conformance/start-interpreter.ts";
import { systemClock } from "../../lib/clock.ts";
import { createLog, type Log } from "../../lib/log.ts";
import type { Policy } from "../../policy/policy.ts";
import { createBuiltInRedactor } from "../../guard/adapters/built-in-redactor.ts";
import { defineTool } from "../../tools/define-tool.ts";
import { createToolRunner } from "../../tools/run-call.ts";
import type { Tool } from "../../tools/tool.ts";
import type { FunctionDeps } from "./function-deps.ts";
import type { WorkflowFunction } from "./function.ts";
import { toolFunction } from "./tool.ts";

let calls = 0;
const flaky = defineTool({
  name: "flaky", purpose: "Fails twice, as often as one call tries.", risk: "write", idempotency: "key", needsVerifiedContact: false, timeoutMs: 2_000, input: z.object({}), output: z.object({ calls: z.number() }),
  describe: () => "call it",
  run: () => {
    calls += 1;
    return calls <= 3 ? Promise.reject(new Error("down")) : Promise.resolve({ kind: "ok", output: { calls }, say: "done" });
  },
});
let paid = 0;
let isAway = true;
const guarded = defineTool({
  name: "guarded", purpose: "Pays; its facts cannot be read at first.", risk: "money", idempotency: "key", needsVerifiedContact: false, timeoutMs: 2_000, retry: { attempts: 1, firstDelayMs: 1 }, input: z.object({}), output: z.object({}),
  describe: () => "pay",
  facts: () => (isAway ? Promise.reject(new Error("down")) : Promise.resolve({})),
  run: () => {
    paid += 1;
    return Promise.resolve({ kind: "ok", output: {}, say: "paid" });
  },
});
const tools = new Map<string, Tool>([["flaky", flaky], ["guarded", guarded]]);
const policy: Policy = { id: "test", hash: "test", decide: ({ resource }) => (resource.id === "guarded" ? { effect: "deny", rules: ["never"], reason: "Never.", needsPerson: false } : { effect: "allow", rules: [] }) };
const quiet: Log = createLog({ level: "error", isPretty: true });

const parts: { interpreter: Interpreter | null } = { interpreter: null };
const database = () => {
  if (parts.interpreter === null) throw new Error("the interpreter is not up yet");
  return parts.interpreter.database;
};
const noSql = { query: () => Promise.resolve([]), transaction: () => Promise.reject(new Error("no business database")) };
const deps: Pick<FunctionDeps, "toolCalls" | "database"> = {
  get database() {
    return database();
  },
  get toolCalls() {
    return { database: database(), tools, fallbacks: new Map(), policy, redactor: createBuiltInRedactor(), runner: createToolRunner({ log: quiet }), sql: noSql, clock: systemClock, log: quiet };
  },
};
const tool = toolFunction(deps);
const erased: WorkflowFunction = { ...tool, input: tool.input, run: (call, given) => tool.run(call, tool.input.parse(given)), undo: async (call, given, made) => tool.undo?.(call, tool.input.parse(given), tool.output.parse(made)) };
const interpreter = await startInterpreter({ functions: [erased], log: quiet });
parts.interpreter = interpreter;
after(() => interpreter[Symbol.asyncDispose]());

test("a run that sleeps after a call that failed and was made again replays the failure and goes on", async () => {
  const text = `document: { dsl: '1.0.3', namespace: test, name: flaky, version: '1.0.0' }
do:
  - try:
      try: [ { call: { call: tool, with: { tool: flaky }, export: { as: '\${ . }' } } } ]
      catch: { retry: { delay: { milliseconds: 20 }, limit: { attempt: { count: 3 } } } }
  - sleep: { wait: { seconds: 4 } }
  - see: { set: { calls: '\${ $context.output.calls }' } }`;
  const runId = await interpreter.start(text);
  const row = await interpreter.until(runId, "completed");
  assert.deepEqual([row.output, calls], [{ calls: 4 }, 4]);
});

test("a retry makes no call that policy could not be asked about, and none that it denies", async () => {
  const text = (tries: number) => `document: { dsl: '1.0.3', namespace: test, name: guarded${tries}, version: '1.0.0' }
do:
  - try:
      try: [ { call: { call: tool, with: { tool: guarded } } } ]
      catch: { retry: { delay: { milliseconds: 300 }, limit: { attempt: { count: ${tries} } } } }`;
  await interpreter.until(await interpreter.start(text(2)), "failed");
  assert.equal(paid, 0, "facts are away throughout");
  const runId = await interpreter.start(text(3));
  setTimeout(() => (isAway = false), 400);
  await interpreter.until(runId, "failed");
  assert.equal(paid, 0, "facts come back, and policy says no");
});
