import assert from "node:assert/strict";
import { after, test } from "node:test";
import { createRecording } from "../../../test/conformance/recording-functions.ts";
import { startInterpreter } from "../../../test/conformance/start-interpreter.ts";

const recording = createRecording();
const interpreter = await startInterpreter({ functions: recording.functions });
after(() => interpreter[Symbol.asyncDispose]());

let made = 0;
function listening(listen: string, more = ""): string {
  made += 1;
  return `document: { dsl: '1.0.3', namespace: test, name: listen${made}, version: '1.0.0' }\ndo:\n  - hear:\n      listen: ${listen}\n${more}`;
}

/** Starts a run and waits until it listens. */
async function start(text: string, input: unknown = {}): Promise<string> {
  const runId = await interpreter.start(text, input);
  await interpreter.until(runId, "waiting");
  return runId;
}

const tell = (type: string, data: unknown, more: Record<string, unknown> = {}) => interpreter.publishEvent({ type, data, ...more });
const outputOf = async (runId: string) => (await interpreter.until(runId, "completed")).output;

test("one event that matches ends the wait; what does not match, and a repeat, change nothing", async () => {
  const runId = await start(listening("{ to: { one: { with: { type: temperature, data: '${ .value > 38 }' } } } }"));
  assert.equal((await tell("temperature", { value: 36 })).listeners, 0);
  assert.equal((await tell("temperature", { value: 39 }, { id: "e1" })).listeners, 1);
  await tell("temperature", { value: 39 }, { id: "e1" });
  assert.deepEqual(await outputOf(runId), [{ value: 39 }]);
});

test("all waits for an event of each, in any order, and reads envelopes when told to", async () => {
  const runId = await start(listening("{ to: { all: [ { with: { type: a } }, { with: { type: b } } ] }, read: envelope }"));
  await tell("b", 1, { id: "first" });
  await tell("b", 2, { id: "second" });
  await tell("a", 3, { id: "third" });
  const output = await outputOf(runId);
  assert.deepEqual(Array.isArray(output) ? output.map(({ id }) => id) : output, ["first", "third"]);
});

test("any gathers until an expression holds, or until another event comes", async () => {
  const counted = await start(listening("{ to: { any: [ { with: { type: tick } } ], until: '( . | length ) >= 3' } }"));
  for (const value of [1, 2, 3, 4]) await tell("tick", value);
  assert.deepEqual(await outputOf(counted), [1, 2, 3]);
  const stopped = await start(listening("{ to: { any: [], until: { one: { with: { type: stop } } } } }"));
  await tell("tick", "x");
  await tell("tock", "y");
  await tell("stop", "z");
  assert.deepEqual(await outputOf(stopped), ["x", "y"]);
});

test("each event goes through `foreach` in its order, and none is missed while one is dealt with", async () => {
  const runId = await start(listening("{ to: { any: [ { with: { type: step } } ], until: '( . | length ) == 5' } }", `      foreach:
        item: event
        at: place
        do:
          - rest: { wait: { milliseconds: 60 } }
          - double: { set: { twice: '\${ $event * 2 }', place: '\${ $place }' } }
        output: { as: '\${ .twice + .place }' }
`));
  for (const value of [1, 2, 3, 4, 5]) await tell("step", value);
  assert.deepEqual(await outputOf(runId), [2, 5, 8, 11, 14]);
});

test("an event goes to the run it is correlated with", async () => {
  const text = listening("{ to: { one: { with: { type: answer }, correlate: { case: { from: .caseid, expect: '${ .caseId }' } } } } }");
  const [one, other] = [await start(text, { caseId: "c1" }), await start(text, { caseId: "c2" })];
  assert.equal((await tell("answer", "for two", { caseid: "c2" })).listeners, 1);
  assert.deepEqual(await outputOf(other), ["for two"]);
  await tell("answer", "for one", { caseid: "c1" });
  assert.deepEqual(await outputOf(one), ["for one"]);
});

test("a run that is over does not listen any more", async () => {
  const timed = await start(listening("{ to: { one: { with: { type: late } } } }", "      timeout: { after: PT0.5S }\n"));
  await interpreter.until(timed, "failed");
  assert.equal((await tell("late", 1)).listeners, 0);
  const cancelled = await start(listening("{ to: { one: { with: { type: late } } } }"));
  await interpreter.cancel(cancelled);
  await interpreter.until(cancelled, "cancelled");
  assert.equal((await tell("late", 2)).listeners, 0);
});

test("a run that failed at an event deals with it again when it is resumed, then goes on listening", async () => {
  recording.failures.set("second", 1);
  const runId = await start(listening("{ to: { any: [ { with: { type: part } } ], until: '( . | length ) == 3' } }", `      foreach:
        item: event
        do: [ { keep: { call: effect, with: { value: '\${ $event }', failAs: '\${ if $event == 2 then "second" else "none" end }' } } } ]
`));
  for (const value of [1, 2]) await tell("part", value);
  await interpreter.until(runId, "failed");
  await interpreter.resume(runId);
  await interpreter.until(runId, "waiting");
  await tell("part", 3);
  assert.deepEqual(await outputOf(runId), [1, 2, 3]);
  assert.deepEqual(recording.done.map(({ value }) => value), [1, 2, 2, 3]);
});

test("a retried listen hears again", async () => {
  recording.failures.set("retried", 1);
  made += 1;
  const runId = await start(`document: { dsl: '1.0.3', namespace: test, name: listen${made}, version: '1.0.0' }
do:
  - attempt:
      try:
        - hear: { listen: { to: { one: { with: { type: again } } } } }
        - keep: { call: effect, with: { value: '\${ .[0] }', failAs: retried } }
      catch: { retry: { limit: { attempt: { count: 2 } } } }
`);
  await tell("again", 1);
  while ((await tell("again", 2)).listeners === 0) await new Promise((resolve) => setTimeout(resolve, 20));
  assert.equal(await outputOf(runId), 2);
});
