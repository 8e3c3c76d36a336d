import assert from "node:assert/strict";
import { after, test } from "node:test";
import { createRecording } from "../../../test/conformance/recording-functions.ts";
import { TENANT, startInterpreter } from "../../../test/conformance/start-interpreter.ts";
import { durableUnavailable } from "../../durable/durable.errors.ts";
import { systemClock } from "../../lib/clock.ts";
import { resumeRun } from "./control-run.ts";

const recording = createRecording();
const interpreter = await startInterpreter({ functions: recording.functions, secrets: { shop: { token: "s3cret-token" } } });
after(() => interpreter[Symbol.asyncDispose]());

let made = 0;
const workflow = (tasks: string, more = "") => `document: { dsl: '1.0.3', namespace: test, name: control${(made += 1)}, version: '1.0.0' }\n${more}\ndo:\n${tasks}`;
async function failOnce(name: string): Promise<string> {
  recording.failures.set(name, 1);
  const { runId, end } = await interpreter.run(workflow(`  - one: { call: effect, with: { value: ${name}1 } }\n  - two: { call: effect, with: { value: ${name}2, failAs: ${name} } }\n  - three: { wait: { milliseconds: 300 } }`));
  assert.equal(end.status, "failed");
  return runId;
}

test("of a resumption and a cancellation at the same moment one is carried out and the other is told so", async () => {
  for (const round of [1, 2, 3]) {
    const runId = await failOnce(`r${round}_`);
    const [resumed, cancelled] = await Promise.allSettled([interpreter.resume(runId), interpreter.cancel(runId)]);
    const last = cancelled.status === "fulfilled" ? "cancelled" : "completed";
    await interpreter.until(runId, last);
    assert.equal(recording.undone.includes(`r${round}_1`), last === "cancelled");
    for (const answer of [resumed, cancelled]) if (answer.status === "rejected") assert.match(String(answer.reason), /at the same moment|is running|is cancelled/);
  }
});

test("a run that was resumed a moment ago is cancelled", async () => {
  const runId = await failOnce("again");
  await interpreter.resume(runId);
  await interpreter.cancel(runId);
  await interpreter.until(runId, "cancelled");
  assert.ok(recording.undone.includes("again1"));
});

test("a run that the engine could not take is failed as before, and can be resumed again", async () => {
  const runId = await failOnce("down");
  const before = await interpreter.until(runId, "failed");
  const down = { ...interpreter.engine, start: () => Promise.reject(durableUnavailable()) };
  await assert.rejects(resumeRun({ database: interpreter.database, engine: () => down, clock: systemClock, version: "test" }, TENANT, runId), /does not answer/);
  assert.deepEqual(await interpreter.until(runId, "failed"), before);
  await interpreter.resume(runId);
  await interpreter.until(runId, "completed");
});

test("a secret that a workflow puts into its data stands in no record of it", async () => {
  const text = workflow(`
  - send: { call: send, with: { header: '\${ "Bearer " + $secrets.shop.token }' }, export: { as: '\${ { kept: $secrets.shop.token } }' } }
  - pay: { call: effect, with: { value: '\${ $secrets.shop.token }' } }
  - fork: { fork: { branches: [ { a: { set: { in: '\${ $secrets.shop.token }' } } } ] } }
  - bad: { raise: { error: { type: https://test/bad, status: 500, title: Bad, detail: '\${ "token " + $secrets.shop.token }' } } }
`, "use: { secrets: [shop], functions: { send: { set: { sent: '${ . }' } } } }");
  const { runId, end } = await interpreter.run(text);
  assert.equal(end.status, "failed");
  const records = JSON.stringify([await interpreter.until(runId, "failed"), await interpreter.tasks(runId)]);
  assert.ok(!records.includes("s3cret-token"));
  assert.ok(records.includes("Bearer ***") && records.includes("token ***"));
});
