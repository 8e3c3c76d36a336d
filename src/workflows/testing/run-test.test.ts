import assert from "node:assert/strict";
import { test } from "node:test";
import { z } from "zod";
import { FUNCTION_DECLARATIONS } from "../../app/workflow-functions/declarations.ts";
import { createLog } from "../../lib/log.ts";
import { sha256 } from "../../lib/sha256.ts";
import { defineTool } from "../../tools/define-tool.ts";
import type { Tool } from "../../tools/tool.ts";
import { readWorkflow } from "../document/read-workflow.ts";
import { createLanguages } from "../expressions/languages.ts";
import type { TestWorld } from "./run-test.ts";
import { hasPassed, summary, testLine } from "./report-tests.ts";
import { readTestFile } from "./test-file.ts";
import { testWorkspace } from "./test-workspace.ts";

const languages = createLanguages();
const base = { purpose: "", idempotency: "natural" as const, needsVerifiedContact: false, timeoutMs: 3_000, describe: () => "", run: () => Promise.reject(new Error("a test calls no real tool")) };
const tools = new Map<string, Tool>([
  ["pay", defineTool({ ...base, name: "pay", risk: "money", input: z.object({ amount: z.number() }), output: z.object({ id: z.string() }) })],
  ["take_back", defineTool({ ...base, name: "take_back", risk: "write", input: z.object({ id: z.string() }), output: z.object({}) })],
  ["look", defineTool({ ...base, name: "look", risk: "read", input: z.object({}), output: z.object({ amount: z.number() }) })],
]);

function worldOf(...documents: readonly string[]): TestWorld {
  const texts = documents.map((text, place) => `document: { dsl: '1.0.3', namespace: test, name: w${place + 1}, version: '1.0.0' }\nevaluate: { language: cel }\n${text}`);
  return { workflows: new Map(texts.map((text, place) => [sha256(text), readWorkflow(text, `w${place + 1}.yaml`)])), tools, functions: FUNCTION_DECLARATIONS, languages, folder: null, log: createLog({ level: "error", isPretty: true, write: () => {} }) };
}

async function carryOut(world: TestWorld, tests: string) {
  const outcome = await testWorkspace(world, readTestFile(`workflow: w1\ntests:\n${tests}`, "w1.test.yaml") ?? []);
  return { ...outcome, differences: outcome.outcomes.flatMap((each) => each.differences) };
}

const PAY = `do:
  - look: { call: tool, with: { tool: look } }
  - size: { switch: [ { large: { when: '\${ input.output.amount > 100 }', then: ask } }, { small: { then: pay } } ] }
  - ask:
      call: approve
      with: { tool: pay, arguments: { amount: 500 }, reason: Much money. }
  - pay:
      call: tool
      with: { tool: pay, arguments: { amount: '\${ "isApproved" in input ? 500 : input.output.amount }' }, undo: { tool: take_back, take: { id: id } } }
  - rest: { if: '\${ input.status == "ok" }', wait: { hours: 2 } }
`;

test("a test that meets its expectations passes, and its branches are counted", async () => {
  const { differences, coverage } = await carryOut(worldOf(PAY), "  - { name: small, tools: { look: { ok: { amount: 5 } }, pay: { ok: { id: p1 } } }, expect: { path: [look, size, pay, rest], effects: [{ tool: pay, arguments: { amount: 5 } }], took: PT2H } }");
  assert.deepEqual(differences, []);
  assert.deepEqual(coverage.map(({ branches, covered, percent }) => [branches, covered, percent]), [[8, 5, 62.5]]);
  assert.deepEqual(coverage[0]?.missing.map(({ label, line }) => [label, line]), [["size: large", 5], ["ask", 6], ["rest is skipped", 12]]);
});

test("what is not as expected is shown, one difference for each expectation", async () => {
  const { outcomes, differences } = await carryOut(worldOf(PAY), "  - { name: wrong, tools: { look: { ok: { amount: 5 } }, pay: { ok: { id: p1 } } }, expect: { outcome: failed, path: [look], effects: [], replies: [Hello], took: PT1H, avoids: [pay], output: { status: refused } } }");
  assert.deepEqual(differences.map((each) => each.what), ["outcome", "output", "path", "avoids", "effects", "replies", "took"]);
  const [outcome] = outcomes;
  assert.match(outcome === undefined ? "" : testLine(outcome), /^FAIL {2}w1: wrong\n {8}outcome\n {10}- expected {2}failed\n {10}\+ got {7}completed\n/);
});

test("an effect that a test does not name fails it", async () => {
  const { differences } = await carryOut(worldOf(PAY), "  - { name: silent, tools: { look: { ok: { amount: 5 } }, pay: { ok: { id: p1 } } }, expect: { took: PT2H } }");
  assert.deepEqual(differences, [{ what: "effects", expected: [], got: [{ tool: "pay", arguments: { amount: 5 } }] }]);
});

test("what a test does not provide for, or provides and nobody asks, fails it", async () => {
  const silent = await carryOut(worldOf(PAY), "  - { name: silent, expect: { outcome: failed } }");
  assert.match(JSON.stringify(silent.differences), /gives no answer for tool look/);
  const more = await carryOut(worldOf(PAY), "  - { name: more, contact: [hello], tools: { look: [{ ok: { amount: 5 } }, { ok: { amount: 6 } }], pay: { ok: { id: p1 } }, take_back: { ok: {} } }, expect: { effects: [{ tool: pay, arguments: { amount: 5 } }] } }");
  assert.deepEqual(more.differences.map(({ got }) => got), ["The test gives 1 answers for contact, and 0 were asked for.", "The test gives 2 answers for tool look, and 1 were asked for.", "The test gives an answer for tool take_back, which was never called."]);
  const impossible = await carryOut(worldOf(PAY), "  - { name: impossible, tools: { look: { ok: { amount: much } } }, expect: { error: workflows.tool_failed } }");
  assert.match(JSON.stringify(impossible.differences), /none that it could give/);
});

test("only the exact call that was approved is made", async () => {
  const text = PAY.replace("amount: '${ \"isApproved\" in input ? 500 : input.output.amount }' }, undo", "amount: 501 }, approval: '${ input.approvalId }', undo");
  const { differences } = await carryOut(worldOf(text), "  - { name: other, approvals: [approved], tools: { look: { ok: { amount: 500 } } }, expect: { error: approvals.mismatch, effects: [] } }");
  assert.deepEqual(differences, []);
});

test("a call that policy wants people to approve waits for them, is made once after a yes, and is a denial after a no or too long a silence", async () => {
  const world = worldOf("do:\n  - pay: { try: [ { paying: { call: tool, with: { tool: pay, arguments: { amount: 5 } } } } ], catch: { errors: { with: { type: https://baton.dev/errors/workflows.tool_denied } }, do: [ { over: { set: { status: over } } } ] } }\n");
  const asked = "approvals: [{ tool: pay, arguments: { amount: 5 } }]";
  const { outcomes, differences } = await carryOut(world, `  - { name: yes, hasConversation: true, approvals: [{ decision: approved, after: PT3H }], tools: { pay: { ok: { id: p1 }, needs_approval: true } }, expect: { output: { status: ok }, ${asked}, effects: [{ tool: pay, arguments: { amount: 5 } }], replies: [/asked a colleague/], took: PT3H } }
  - { name: no, approvals: [refused], tools: { pay: { needs_approval: PT1H } }, expect: { output: { status: over }, ${asked} } }
  - { name: silence, tools: { pay: { ok: { id: p1 }, needs_approval: PT1H } }, expect: { output: { status: over }, ${asked}, took: PT1H } }
  - { name: a day, approvals: [nobody], tools: { pay: { needs_approval: true } }, expect: { passes: [over], took: P1D } }
  - { name: broken, approvals: [approved], tools: { pay: { fault: 500, needs_approval: true } }, expect: { error: workflows.tool_failed, ${asked} } }`);
  assert.deepEqual(differences, []);
  assert.equal(outcomes.length, 5);
  const silent = await carryOut(world, "  - { name: silent, approvals: [approved], tools: { pay: { needs_approval: true } }, expect: { outcome: failed } }");
  assert.match(JSON.stringify(silent.differences), /gives no answer for tool pay once people have approved it/);
});

test("a tool that hangs runs into the task's time, and a cancelled run takes back what it did", async () => {
  const hanging = await carryOut(worldOf("do: [ { look: { call: tool, with: { tool: look }, timeout: { after: PT1S } } } ]"), "  - { name: hangs, tools: { look: { fault: timeout } }, expect: { error: timeout, took: PT1S } }");
  assert.deepEqual(hanging.differences, []);
  const cancelled = await carryOut(worldOf(PAY), "  - { name: stopped, cancelAfter: PT1H, tools: { look: { ok: { amount: 5 } }, pay: { ok: { id: p1 } }, take_back: { ok: {} } }, expect: { outcome: cancelled, effects: [{ tool: pay, arguments: { amount: 5 } }], undone: [{ tool: take_back, arguments: { id: p1 } }], took: PT1H } }");
  assert.deepEqual(cancelled.differences, []);
});

test("calls to the outside are the product's own; their answers and faults come from the test", async () => {
  const text = `use: { secrets: [crm] }
do:
  - look:
      try: [ { get: { call: http, with: { method: get, endpoint: 'https://crm.example/leads/{id}', query: { full: 'true' }, headers: { authorization: '\${ "Bearer " + secrets.crm }' } } } } ]
      catch: { retry: { delay: { seconds: 30 }, limit: { attempt: { count: 2 } } } }
`;
  const answers = "[{ url: 'https://crm.example/leads/7*', fault: timeout }, { url: 'https://crm.example/*', fault: 500 }, { url: 'https://crm.example/*', body: { name: Kim } }]";
  const { differences } = await carryOut(worldOf(text), `  - { name: retried, input: { id: 7 }, secrets: { crm: key }, http: ${answers}, expect: { output: { name: Kim }, requests: ['/full=true/', '/leads/', '/leads/'], took: PT90S } }`);
  assert.deepEqual(differences, []);
  const wrong = await carryOut(worldOf(text), "  - { name: wrong, input: { id: 7 }, secrets: { crm: key }, http: [{ url: 'https://crm.example/*', fault: wrong shape }], expect: { error: communication } }");
  assert.deepEqual(wrong.differences, []);
});

test("branches, sub-workflows and events run in virtual time, and all of them are covered", async () => {
  const main = `schedule: { on: { one: { with: { type: order.placed } } } }
do:
  - both:
      fork:
        branches:
          - slow: { wait: { days: 3 } }
          - sub: { run: { workflow: { namespace: test, name: w2, version: latest, input: { order: '\${ input[0].data.order }' } } } }
`;
  const sub = `do:
  - paid:
      listen: { to: { one: { with: { type: order.paid }, correlate: { order: { from: '\${ input.data.order }', expect: '\${ input.order }' } } } } }
  - tell: { emit: { event: { with: { source: 'https://test', type: order.done, data: '\${ input[0] }' } } } }
`;
  const { differences, coverage } = await carryOut(worldOf(main, sub), "  - { name: paid, on: { type: order.placed, data: { order: 7 } }, events: [{ type: order.paid, data: { order: 8 }, after: PT1H }, { type: order.paid, data: { order: 7 }, after: P5D }], expect: { events: [{ type: order.done, data: { order: 7 } }], took: P5D } }");
  assert.deepEqual(differences, []);
  assert.deepEqual(coverage.map((each) => each.percent), [100, 100]);
  const other = await carryOut(worldOf(main, sub), "  - { name: other, on: { type: order.lost }, expect: {} }");
  assert.match(JSON.stringify(other.differences), /do not begin the workflow/);
});

test("a run that waits for ever says so instead of hanging", async () => {
  const { differences } = await carryOut(worldOf("do: [ { never: { listen: { to: { one: { with: { type: never.comes } } } } } } ]"), "  - { name: waits, expect: { outcome: waiting, path: [never] } }");
  assert.deepEqual(differences, []);
});

test("a threshold that is not reached fails the whole, and says where", async () => {
  const outcome = await carryOut(worldOf(PAY), "  - { name: small, tools: { look: { ok: { amount: 5 } }, pay: { ok: { id: p1 } } }, expect: { effects: [{ tool: pay, arguments: { amount: 5 } }] } }");
  assert.deepEqual([hasPassed(outcome, 60), hasPassed(outcome, 100)], [true, false]);
  assert.match(summary(outcome, 100), /FAIL {2}w1 {2}62\.5 % of branches \(5 of 8\)\n {8}w1\.yaml:5 {2}size: large\n/);
});

test("more than a thousand runs a minute", async () => {
  const world = worldOf(PAY);
  const one = "  - { name: N, tools: { look: { ok: { amount: 5 } }, pay: { ok: { id: p1 } } }, expect: { effects: [{ tool: pay, arguments: { amount: 5 } }], took: PT2H } }";
  const { differences, tookMs } = await carryOut(world, Array.from({ length: 200 }, (_, place) => one.replace("N", `n${place}`)).join("\n"));
  assert.deepEqual(differences, []);
  assert.ok(tookMs < 12_000, `200 runs took ${tookMs} ms`);
});

test("a test file that is not one is refused with its name, and evaluations are passed over", () => {
  assert.throws(() => readTestFile("tests: [{ name: x, workflow: w1, expects: {} }]", "tests/x.yaml"), /tests\/x\.yaml[\s\S]*expect/);
  assert.throws(() => readTestFile("tests: [{ name: x, expect: {} }]", "tests/x.yaml"), /which workflow/);
  assert.equal(readTestFile("questions: []", "tests/questions.yaml"), null);
});
