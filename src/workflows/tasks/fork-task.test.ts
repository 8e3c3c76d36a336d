import assert from "node:assert/strict";
import { after, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { z } from "zod";
import { startInterpreter } from "../../../test/conformance/start-interpreter.ts";
import type { WorkflowFunction } from "../functions/function.ts";

const given = z.object({ value: z.string(), delayMs: z.number().default(0), failsOnce: z.boolean().default(false) });
const done: { value: string; key: string }[] = [];
const undone: string[] = [];
const failed = new Set<string>();
/** Slow whatever its signal says, as a system that cannot be stopped. */
const pay: WorkflowFunction = {
  name: "pay", summary: "", input: given, output: z.unknown(), traits: { waits: false, effects: true, needsConversation: false },
  run: ({ durable, idempotencyKey }, input) => {
    const { value, delayMs, failsOnce } = given.parse(input);
    return durable.step("pay", async () => {
      await sleep(delayMs);
      if (failsOnce && !failed.has(value)) {
        failed.add(value);
        throw new Error("no");
      }
      done.push({ value, key: idempotencyKey });
      return value;
    });
  },
  undo: ({ durable }, input) =>
    durable.step("undo", async () => {
      undone.push(given.parse(input).value);
    }),
};
/** As `tool` without `undo`: it has an undo, which has nothing to do. */
const once: WorkflowFunction = { ...pay, name: "once", undo: () => Promise.resolve() };
const interpreter = await startInterpreter({ functions: [pay, once] });
after(() => interpreter[Symbol.asyncDispose]());

let made = 0;
const workflow = (tasks: string) => `document: { dsl: '1.0.3', namespace: test, name: fork${(made += 1)}, version: '1.0.0' }\ndo:\n${tasks}`;
const standing = (value: string) => new Set(done.filter((each) => each.value === value).map(({ key }) => key)).size - undone.filter((each) => each === value).length;

test("a branch that completes in the moment another fails is done, and is not repeated by a resumption", async () => {
  for (const round of [1, 2, 3, 4]) {
    const { runId, end } = await interpreter.run(workflow(`  - f: { fork: { branches: [ { bad: { call: pay, with: { value: bad${round}, delayMs: 100, failsOnce: true } } }, { good: { call: pay, with: { value: good${round}, delayMs: 100 } } } ] } }`));
    assert.equal(end.status, "failed");
    await interpreter.resume(runId);
    assert.deepEqual((await interpreter.until(runId, "completed")).output, [`bad${round}`, `good${round}`]);
    assert.equal(standing(`good${round}`), 1);
    await sleep(50);
  }
});

test("a stopped branch repeats what was not undone with its old key, and what was undone with a new one", async () => {
  const { runId, end } = await interpreter.run(workflow(`
  - f:
      fork:
        branches:
          - a: { do: [ { kept: { call: once, with: { value: kept } } }, { back: { call: pay, with: { value: back } } }, { w: { wait: { seconds: 2 } } } ] }
          - b: { do: [ { w: { wait: { milliseconds: 400 } } }, { bad: { call: pay, with: { value: b, failsOnce: true } } } ] }`));
  assert.equal(end.status, "failed");
  await interpreter.resume(runId);
  await interpreter.until(runId, "completed");
  const keys = (value: string) => done.filter((each) => each.value === value).map(({ key }) => key);
  assert.deepEqual([keys("kept").length, new Set(keys("kept")).size], [2, 1]);
  assert.deepEqual([keys("back").length, new Set(keys("back")).size, undone.filter((each) => each === "back").length], [2, 2, 1]);
});

test("with `compete` a loser that completed in the same moment is undone", async () => {
  for (const round of [1, 2, 3, 4]) {
    const [one, other] = [`one${round}`, `other${round}`];
    const { end } = await interpreter.run(workflow(`  - f: { fork: { compete: true, branches: [ { a: { call: pay, with: { value: ${one}, delayMs: 100 } } }, { b: { call: pay, with: { value: ${other}, delayMs: 100 } } } ] } }`));
    const winner = end.status === "completed" ? end.output : null;
    assert.deepEqual([standing(one), standing(other)], winner === one ? [1, 0] : [0, 1]);
  }
});

test("an effect that outlasts its timeout is known, and undone when the run is cancelled", async () => {
  const runId = await interpreter.start(workflow(`
  - t: { try: [ { slow: { call: pay, with: { value: late, delayMs: 600 }, timeout: { after: { milliseconds: 150 } } } } ], catch: { as: error, do: [ { see: { set: { status: '\${ $error.status }' }, export: { as: '\${ . }' } } } ] } }
  - w: { wait: { minutes: 1 } }`));
  await interpreter.until(runId, "waiting");
  await interpreter.cancel(runId);
  const row = await interpreter.until(runId, "cancelled");
  assert.deepEqual([row.context, standing("late"), undone.includes("late")], [{ status: 408 }, 0, true]);
});

test("branches whose time is up are waited for: what they completed is undone with the run", async () => {
  const runId = await interpreter.start(workflow(`
  - t: { try: [ { f: { timeout: { after: { milliseconds: 300 } }, fork: { branches: [ { a: { call: pay, with: { value: first } } }, { b: { wait: { minutes: 1 } } }, { c: { call: pay, with: { value: last, delayMs: 500 } } } ] } } } ], catch: {} }
  - w: { wait: { minutes: 1 } }`));
  await interpreter.until(runId, "waiting");
  await interpreter.cancel(runId);
  await interpreter.until(runId, "cancelled");
  assert.deepEqual([standing("first"), standing("last"), undone.includes("first")], [0, 0, true]);
});
