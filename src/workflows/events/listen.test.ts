import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { startInterpreter, TENANT, type Interpreter } from "../../../test/conformance/start-interpreter.ts";
import { listRunRows } from "../run/run.store.ts";

/** Events against the real interpreter on the real engine: what waits is resumed, what listens is started. */
const head = (name: string) => `document: { dsl: '1.0.3', namespace: test, name: ${name}, version: '1.0.0' }\n`;

describe("runs and events", () => {
  let interpreter: Interpreter;
  before(async () => void (interpreter = await startInterpreter()));
  after(() => interpreter[Symbol.asyncDispose]());

  const settled = async (isThere: () => Promise<boolean>) => {
    for (const from = performance.now(); performance.now() - from < 10_000; ) {
      if (await isThere()) return;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    assert.fail("waited 10 s in vain");
  };
  const runsOf = async (name: string) => (await listRunRows(interpreter.database, TENANT, { name, limit: 50 })).filter((run) => run.name === name);

  test("a run waits for the event of its own order and goes on with it, once", async () => {
    const text = `${head("wait-for-order")}do:\n  - paid:\n      listen:\n        to:\n          one:\n            with: { type: order.paid }\n            correlate: { order: { from: '\${ .data.order }', expect: '\${ .order }' } }\n`;
    const [one, two] = [await interpreter.start(text, { order: 1 }), await interpreter.start(text, { order: 2 })];
    await Promise.all([interpreter.until(one, "waiting"), interpreter.until(two, "waiting")]);
    const paid = { type: "order.paid", id: "paid-2", data: { order: 2, by: "card" } };
    assert.deepEqual(await interpreter.publishEvent(paid), { kind: "accepted", listeners: 1 });
    assert.deepEqual(await interpreter.publishEvent(paid), { kind: "duplicate", listeners: 1 });
    assert.deepEqual((await interpreter.until(two, "completed")).output, [{ order: 2, by: "card" }]);
    await interpreter.until(one, "waiting");
    await interpreter.cancel(one);
  });

  test("what one run emits resumes another", async () => {
    const listener = await interpreter.start(`${head("hears")}do:\n  - hear:\n      listen:\n        to:\n          all:\n            - with: { type: com.acme.a }\n            - with: { type: com.acme.b, data: '\${ .n > 1 }' }\n        read: envelope\n`);
    await interpreter.until(listener, "waiting");
    const emits = `${head("tells")}do:\n  - tell:\n      for: { each: n, in: '\${ .numbers }' }\n      do:\n        - a: { emit: { event: { with: { source: 'https://acme.example/a', type: com.acme.a } } } }\n        - b: { emit: { event: { with: { source: 'https://acme.example/b', type: com.acme.b, data: { n: '\${ $n }' } } } } }\n`;
    const { end } = await interpreter.run(emits, { numbers: [1, 2, 3] });
    assert.equal(end.status, "completed");
    const output = JSON.stringify((await interpreter.until(listener, "completed")).output);
    assert.match(output, /"type":"com.acme.a".*"type":"com.acme.b"/);
    assert.match(output, /"n":2/);
  });

  test("an event starts the workflow that listens to it, with the events as its input", async () => {
    interpreter.publish(`${head("on-heartbeat")}schedule:\n  on:\n    one:\n      with: { type: heartbeat.low }\ndo:\n  - call: { set: { patient: '\${ $workflow.input[0].data.patient }' } }\n`);
    assert.equal((await interpreter.publishEvent({ type: "heartbeat.low", id: "beat-1", data: { patient: "Ada" } })).listeners, 1);
    assert.equal((await interpreter.publishEvent({ type: "heartbeat.low", id: "beat-1", data: { patient: "Ada" } })).listeners, 1);
    await settled(async () => (await runsOf("on-heartbeat")).some((run) => run.status === "completed"));
    const [run, ...more] = await runsOf("on-heartbeat");
    assert.equal(more.length, 0);
    assert.equal(run?.started_by, "event heartbeat.low");
    assert.deepEqual((await interpreter.until(run?.id ?? "", "completed")).output, { patient: "Ada" });
  });

  test("an event-triggered start takes at most three times as long as a direct one", async (context) => {
    const text = `${head("quick")}schedule:\n  on:\n    one:\n      with: { type: quick.now }\ndo:\n  - done: { set: { ok: true } }\n`;
    interpreter.publish(text);
    const median = async (start: (n: number) => Promise<unknown>) => {
      const times: number[] = [];
      for (let n = 0; n < 60; n += 1) {
        const from = performance.now();
        await start(n);
        times.push(performance.now() - from);
      }
      return times.sort((a, b) => a - b)[30] ?? 0;
    };
    const direct = await median(() => interpreter.start(text));
    const event = await median((n) => interpreter.publishEvent({ type: "quick.now", id: `quick-${n}` }));
    context.diagnostic(`direct ${direct.toFixed(2)} ms, by event ${event.toFixed(2)} ms`);
    assert.ok(event <= 3 * direct + 1, `direct ${direct.toFixed(2)} ms, by event ${event.toFixed(2)} ms`);
  });
});
