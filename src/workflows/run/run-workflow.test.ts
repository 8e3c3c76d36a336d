import assert from "node:assert/strict";
import { after, test } from "node:test";
import { createRecording } from "../../../test/conformance/recording-functions.ts";
import { TENANT, startInterpreter } from "../../../test/conformance/start-interpreter.ts";
import { systemClock } from "../../lib/clock.ts";
import { countRuns, countTasks } from "./run-counts.store.ts";
import { deriveRunId } from "./run-input.ts";
import { startRun } from "./start-run.ts";

const recording = createRecording();
const interpreter = await startInterpreter({ functions: recording.functions, secrets: { shop: { token: "s3cret" } }, mayRunProcesses: true });
after(() => interpreter[Symbol.asyncDispose]());

let made = 0;
/** A document with these tasks; `more` are further parts of it. */
function workflow(tasks: string, more = ""): string {
  made += 1;
  return `document: { dsl: '1.0.3', namespace: test, name: w${made}, version: '1.0.0' }\n${quoted(more)}\ndo:\n${quoted(tasks.replace(/^\n/, ""))}`;
}

/** Expressions may stand bare in these texts; in YAML's flow style they need quotes. */
function quoted(text: string): string {
  return text.replace(/(?<!')\$\{ [^{}]* \}(?!')/g, (expression) => `'${expression}'`);
}

async function outputOf(text: string, input: unknown = {}): Promise<unknown> {
  const { end } = await interpreter.run(text, input);
  assert.equal(end.status, "completed", JSON.stringify(end));
  return end.status === "completed" ? end.output : null;
}

async function errorOf(text: string, input: unknown = {}) {
  const { end } = await interpreter.run(text, input);
  assert.equal(end.status, "failed", JSON.stringify(end));
  if (end.status !== "failed") throw new Error("unreachable");
  return end.error;
}

const effects = () => recording.done.map(({ value }) => value);
function clear(): void {
  recording.done.length = 0;
  recording.undone.length = 0;
  recording.failures.clear();
}

test("input, output and export shape the data, and what does not fit a schema is a validation error at its place", async () => {
  const text = workflow(`
  - first:
      input: { from: .order }
      set: { total: \${ .amount * 2 } }
      export: { as: { seen: \${ .total } } }
  - second:
      set: { seen: \${ $context.seen }, id: \${ $workflow.id | length }, task: \${ $task.name } }
`, "input: { schema: { document: { type: object, required: [order] } } }\noutput: { as: \${ .seen + 1 } }");
  assert.equal(await outputOf(text, { order: { amount: 4 } }), 9);
  const error = await errorOf(text, {});
  assert.deepEqual([error.type, error.instance], ["https://serverlessworkflow.io/spec/1.0.0/errors/validation", ""]);
});

test("a skipped task hands its input on and does not take its `then`; `exit` leaves a list, `end` the workflow", async () => {
  const text = workflow(`
  - skipped: { if: .go == "no", set: { wrong: true }, then: end }
  - outer:
      do:
        - inner: { set: { step: 1 }, then: exit }
        - never: { set: { step: 2 } }
  - then:
      for: { each: n, in: '[1, 2, 3]' }
      do:
        - stop: { if: $n == 2, set: { step: \${ .step + 10 } }, then: end }
        - add: { set: { step: \${ .step + 1 } } }
  - last: { set: { step: 99 } }
`);
  assert.deepEqual(await outputOf(text, { go: "yes" }), { step: 12 });
});

test("a retried task keeps its key, waits as its policy says, and is recorded once an attempt", async () => {
  clear();
  recording.failures.set("twice", 2);
  const text = workflow(`
  - attempt:
      try:
        - do: { call: effect, with: { value: 1, failAs: twice } }
      catch:
        errors: { with: { type: https://baton.dev/errors/test.failed, status: 503 } }
        retry: { delay: { milliseconds: 20 }, backoff: { exponential: {} }, limit: { attempt: { count: 3 } }, jitter: { from: { milliseconds: 1 }, to: { milliseconds: 5 } } }
`);
  const { runId, end } = await interpreter.run(text, {});
  assert.equal(end.status, "completed");
  assert.equal(new Set(recording.done.map(({ key }) => key)).size, 1);
  assert.deepEqual(recording.done.map(({ iteration }) => iteration), [1, 2, 3]);
  const tasks = await interpreter.tasks(runId);
  assert.deepEqual(tasks.filter(({ name }) => name === "do").map(({ status }) => status), ["caught", "caught", "completed"]);
});

test("rounds of a loop and ways back have keys of their own", async () => {
  clear();
  const text = workflow(`
  - loop: { for: { each: n, in: '[1, 2]' }, do: [ { once: { call: effect, with: { value: \${ $n } } } } ] }
  - again: { call: effect, with: { value: \${ . } } }
  - back: { switch: [ { more: { when: . < 3, then: add } }, { done: { then: end } } ] }
  - add: { set: \${ . + 1 }, then: again }
`);
  assert.equal(await outputOf(text), 3);
  assert.deepEqual(effects(), [1, 2, 2, 3]);
  assert.equal(new Set(recording.done.map(({ key }) => key)).size, 4);
});

test("an error that outlasts its retries goes to `catch.do`, else up; `when` and `exceptWhen` choose", async () => {
  clear();
  recording.failures.set("always", 99);
  const tried = (rest: string) => workflow(`
  - attempt:
      try: [ { fail: { call: effect, with: { value: 1, failAs: always } } } ]
      catch: ${rest}
`);
  assert.deepEqual(await outputOf(tried("{ as: oh, retry: { limit: { attempt: { count: 1 } } }, do: [ { mend: { set: { was: '${ $oh.status }', at: '${ $oh.instance }' } } } ] }")), { was: 503, at: "/do/0/attempt/try/0/fail" });
  assert.equal(effects().length, 2);
  assert.equal((await errorOf(tried("{ retry: { limit: { attempt: { count: 1 } } } }"))).instance, "/do/0/attempt/try/0/fail");
  assert.equal((await errorOf(tried("{ when: $error.status == 404 }"))).status, 503);
  assert.equal((await errorOf(tried("{ exceptWhen: $error.status == 503 }"))).status, 503);
  assert.deepEqual(await outputOf(tried("{ when: $error.status == 503 }"), { kept: 1 }), { kept: 1 });
});

test("a task that takes too long ends with the standard's timeout, and a workflow too", async () => {
  clear();
  const slow = "{ call: effect, with: { value: slow, delayMs: 3000 }, timeout: { after: { milliseconds: 100 } } }";
  const startMs = performance.now();
  const error = await errorOf(workflow(`\n  - slow: ${slow}\n`));
  assert.deepEqual([error.type, error.status, error.instance], ["https://serverlessworkflow.io/spec/1.0.0/errors/timeout", 408, "/do/0/slow"]);
  assert.deepEqual(await outputOf(workflow(`\n  - t: { try: [ { slow: ${slow} } ], catch: { errors: { with: { status: 408 } }, do: [ { on: { set: { was: caught } } } ] } }\n`)), { was: "caught" });
  assert.equal((await errorOf(workflow("\n  - wait: { wait: { minutes: 5 } }\n", "timeout: { after: PT0.1S }"))).status, 408);
  assert.ok(performance.now() - startMs < 2_500);
});

test("branches of a fork run beside each other and give their outputs in order; with `compete` the first one wins", async () => {
  clear();
  const branch = (name: string, delayMs: number) => `{ ${name}: { do: [ { do: { call: effect, with: { value: ${name}, delayMs: ${delayMs} }, export: { as: { ${name}: true } } } } ] } }`;
  const both = workflow(`\n  - fork: { fork: { branches: [ ${branch("slow", 400)}, ${branch("fast", 10)} ] } }\n  - see: { set: { both: \${ . }, context: \${ $context } } }\n`);
  assert.deepEqual(await outputOf(both), { both: ["slow", "fast"], context: { slow: true, fast: true } });
  const startMs = performance.now();
  assert.equal(await outputOf(workflow(`\n  - fork: { fork: { compete: true, branches: [ { sleep: { do: [ { first: { call: effect, with: { value: loser } } }, { wait: { wait: { minutes: 5 } } } ] } }, ${branch("fast", 200)} ] } }\n`)), "fast");
  assert.ok(performance.now() - startMs < 3_000);
  await new Promise((resolve) => setTimeout(resolve, 500));
  assert.deepEqual(recording.undone, ["loser"]);
});

test("a sub-workflow is a run of its own; ten deep is the limit", async () => {
  const child = workflow("\n  - add: { set: { sum: ${ .a + .b } } }\n");
  interpreter.publish(child);
  const name = `w${made}`;
  const text = workflow(`\n  - sub: { run: { workflow: { namespace: test, name: ${name}, version: '1.0.0', input: { a: \${ .x }, b: 2 } } } }\n`);
  assert.deepEqual(await outputOf(text, { x: 3 }), { sum: 5 });
  const self = workflow("\n  - sub: { run: { workflow: { namespace: test, name: SELF, version: latest } } }\n").replace("SELF", `w${made}`);
  assert.match((await errorOf(self)).detail ?? "", /more than 10 deep/);
  assert.match((await errorOf(workflow("\n  - sub: { run: { workflow: { namespace: test, name: nowhere, version: '1.0.0' } } }\n"))).detail ?? "", /There is no workflow "test\/nowhere"/);
});

test("a failed run goes on at the task that failed, inside loops and forks, without doing again what was done", async () => {
  clear();
  recording.failures.set("once", 1);
  const text = workflow(`
  - before: { call: effect, with: { value: before }, export: { as: { kept: true } } }
  - loop:
      for: { each: n, in: '[1, 2, 3]' }
      do:
        - fork:
            fork:
              branches:
                - good: { call: effect, with: { value: \${ "good" + ($n | tostring) } } }
                - bad: { do: [ { one: { call: effect, with: { value: \${ "one" + ($n | tostring) } } } }, { wait: { wait: { milliseconds: 300 } } }, { two: { if: $n == 2, call: effect, with: { value: two, failAs: once } } } ] }
        - count: { set: { n: \${ $n }, kept: \${ $context.kept } } }
`);
  const { runId, end } = await interpreter.run(text);
  assert.equal(end.status === "failed" ? end.error.instance : "", "/do/1/loop/do/0/fork/fork/branches/1/bad/do/2/two");
  assert.equal((await interpreter.until(runId, "failed")).pointer, "/do/1/loop/do/0/fork/fork/branches/1/bad/do/2/two");
  const doneBefore = effects().length;
  await interpreter.resume(runId);
  const row = await interpreter.until(runId, "completed");
  assert.deepEqual(row.output, { n: 3, kept: true });
  assert.deepEqual(new Set(effects().slice(doneBefore)), new Set(["good3", "one3", "two"]));
  assert.equal(new Set(recording.done.map(({ key }) => key)).size, recording.done.length - 1);
});

test("a cancelled run undoes its completed effects, the last first; the one under way is ended before", async () => {
  clear();
  const text = workflow(`
  - one: { call: effect, with: { value: 1 } }
  - fork: { fork: { branches: [ { a: { call: effect, with: { value: 2 } } }, { b: { wait: { milliseconds: 1 } } } ] } }
  - three: { call: effect, with: { value: 3, delayMs: 800 } }
  - never: { call: effect, with: { value: 4 } }
`);
  const runId = await interpreter.start(text);
  await interpreter.until(runId, "running");
  await interpreter.cancel(runId);
  const row = await interpreter.until(runId, "cancelled");
  assert.deepEqual([effects().filter((value) => value !== "slow"), recording.undone], [[1, 2, 3], [3, 2, 1]]);
  assert.equal(row.ended_at === null, false);
  await assert.rejects(interpreter.cancel(runId), /is cancelled/);
});

test("a sleeping run can be cancelled, and so can a failed one", async () => {
  clear();
  const runId = await interpreter.start(workflow("\n  - one: { call: effect, with: { value: 1 } }\n  - wait: { wait: { days: 3 } }\n"));
  await interpreter.until(runId, "waiting");
  await interpreter.cancel(runId);
  await interpreter.until(runId, "cancelled");
  assert.deepEqual(recording.undone, [1]);
  const { runId: failed } = await interpreter.run(workflow("\n  - two: { call: effect, with: { value: 2 } }\n  - bad: { raise: { error: { type: https://test/bad, status: 500, title: Bad } } }\n"));
  await interpreter.cancel(failed);
  await interpreter.until(failed, "cancelled");
  assert.deepEqual(recording.undone, [1, 2]);
});

test("an external value resumes a run that was put out of memory; a second value changes nothing", async () => {
  clear();
  const runId = await interpreter.start(workflow("\n  - ask: { call: external }\n"));
  await interpreter.until(runId, "waiting");
  await new Promise((resolve) => setTimeout(resolve, 1_500));
  const [{ value: id } = { value: "" }] = recording.done;
  await interpreter.engine.resolve(String(id), { answer: 42 });
  await interpreter.engine.resolve(String(id), { answer: 43 });
  assert.deepEqual((await interpreter.until(runId, "completed")).output, { kind: "resolved", value: { answer: 42 } });
  assert.deepEqual(await outputOf(workflow("\n  - ask: { call: external, with: { timeoutMs: 50 } }\n")), { kind: "timed_out" });
  assert.equal(await interpreter.engine.cancel("inv_1nonsense"), "unknown");
});

test("extensions run before and after, and may stand in for a task", async () => {
  clear();
  const text = workflow("\n  - mocked: { call: effect, with: { value: real } }\n  - plain: { set: { then: ${ .body } } }\n", `use: { extensions: [ { mock: { extend: call, when: '$task.with.value == "real"', before: [ { stand: { set: { body: mocked }, then: exit } } ] } }, { log: { extend: set, after: [ { note: { call: effect, with: { value: \${ . } } } } ] } } ] }`);
  assert.deepEqual(await outputOf(text), { then: "mocked" });
  assert.deepEqual(effects(), [{ then: "mocked" }]);
});

test("programs run where the operator allows it, with none of our environment", async () => {
  assert.equal(await outputOf(workflow("\n  - sh: { run: { shell: { command: 'read x; echo \"$x $1 $DATABASE_URL$BATON_TEST_OWNER_URL$WORD\"', stdin: hello, arguments: [there], environment: { WORD: '!' } } } }\n")), "hello there !");
  assert.deepEqual(await outputOf(workflow("\n  - js: { run: { script: { language: javascript, code: 'process.exit(3)' }, return: code } }\n")), 3);
  assert.match((await errorOf(workflow("\n  - sh: { run: { shell: { command: 'echo no >&2; exit 2' } } }\n"))).detail ?? "", /code 2: no/);
});

test("what goes beyond a limit ends with an error that names the place", async () => {
  assert.match((await errorOf(workflow("\n  - loop: { set: { n: 1 }, then: loop }\n"))).detail ?? "", /100000 tasks/);
  const error = await errorOf(workflow("\n  - double: { set: { text: '${ .text + .text }' }, then: double }\n"), { text: "x".repeat(1_000) });
  assert.deepEqual([error.title, error.instance], ["Too large", "/do/0/double"]);
  assert.match((await errorOf(workflow("\n  - odd: { call: grpc, with: { proto: { endpoint: 'file://x' }, service: { name: a, host: b }, method: c } }\n"))).detail ?? "", /gRPC/);
});

test("a run sees the product's version as it was when the run was asked for", async () => {
  const text = workflow("\n  - look: { set: { version: '${ $runtime.version }' } }\n");
  const runId = await interpreter.start(text, {}, { runtimeVersion: "0.9.0" });
  assert.deepEqual((await interpreter.until(runId, "completed")).output, { version: "0.9.0" });
  assert.deepEqual(await outputOf(text), { version: "test" }, "an input of before has none");
});

test("the same run id is started once", async () => {
  clear();
  const text = workflow("\n  - one: { call: effect, with: { value: 1 } }\n");
  const runId = await interpreter.start(text, {}, { runId: "run_once" });
  await interpreter.start(text, {}, { runId: "run_once" });
  await interpreter.until(runId, "completed");
  assert.deepEqual(effects(), [1]);
});

test("secrets reach expressions and no record", async () => {
  const { runId, end } = await interpreter.run(workflow("\n  - use: { set: { length: '${ $secrets.shop.token | length }' } }\n", "use: { secrets: [shop] }"));
  assert.deepEqual(end.status === "completed" ? end.output : null, { length: 6 });
  assert.ok(!JSON.stringify([await interpreter.tasks(runId), await interpreter.until(runId, "completed")]).includes("s3cret"));
});

test("every task and branch is counted, by version", async () => {
  clear();
  const text = workflow("\n  - pick: { switch: [ { small: { when: .n < 3, then: effect } }, { large: { then: fail } } ] }\n  - effect: { call: effect, with: { value: 1 }, then: end }\n  - fail: { raise: { error: { type: https://test/large, status: 400, title: Large } } }\n");
  const { hash, source } = interpreter.publish(text);
  for (const n of [1, 2, 3]) await interpreter.run(text, { n });
  const { runs, tasks } = await countTasks(interpreter.database, TENANT, { namespace: "test", name: source.definition.document.name, hash, since: new Date(0) });
  assert.equal(runs, 3);
  assert.deepEqual(tasks.map(({ name, completed, failed, branches, errors }) => ({ name, completed, failed, branches, errors })), [
    { name: "pick", completed: 3, failed: 0, branches: [{ branch: "small", count: 2 }, { branch: "large", count: 1 }], errors: [] },
    { name: "effect", completed: 2, failed: 0, branches: [], errors: [] },
    { name: "fail", completed: 0, failed: 1, branches: [], errors: [{ type: "https://test/large", count: 1 }] },
  ]);
  const mine = (await countRuns(interpreter.database, TENANT, new Date(0))).find(({ name }) => name === source.definition.document.name);
  assert.deepEqual([mine?.runs, mine?.completed, mine?.failed], [3, 2, 1]);
});

test("a run of a version that nobody published is recorded as failed", async () => {
  const runId = deriveRunId("unpublished");
  const start = { tenantId: TENANT, runId, hash: "0".repeat(64), input: {}, startedBy: "test" };
  await startRun({ engine: () => interpreter.engine, clock: systemClock, version: "test" }, start);
  assert.equal((await interpreter.until(runId, "failed")).name, "");
});
