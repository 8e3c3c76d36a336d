import assert from "node:assert/strict";
import { test } from "node:test";
import { createRefresher } from "./refresher.ts";

/** A refresher on a clock of its own; `tick` lets its time pass until it waits again. */
function start() {
  const asked: string[] = [];
  let now = 0;
  let wake: (() => void) | null = null;
  const refresh = createRefresher(async (key) => void asked.push(`${key.join("/")}@${now}`), (ms) => new Promise<void>((resolve) => (wake = () => ((now += ms), resolve()))), () => now);
  const tick = async (times: number) => {
    for (let each = 0; each < times; each += 1) {
      wake?.();
      await new Promise((resolve) => setImmediate(resolve));
    }
  };
  return { asked, refresh, tick };
}

test("what is touched many times at once is asked for once", async () => {
  const { asked, refresh, tick } = start();
  for (let each = 0; each < 5; each += 1) refresh([{ key: ["runs"] }, { key: ["run", "run_1"] }]);
  await tick(1);
  assert.deepEqual(asked, ["runs@120", "run/run_1@120"]);
});

test("what changes all the time is asked for at its pace, and once more after the last change", async () => {
  const { asked, refresh, tick } = start();
  for (let each = 0; each < 10; each += 1) {
    refresh([{ key: ["runs"], everyMs: 1_000 }]);
    await tick(1);
  }
  await tick(20);
  assert.deepEqual(asked, ["runs@120", "runs@1200"]);
});

test("a slow pace of one thing does not hold up another", async () => {
  const { asked, refresh, tick } = start();
  refresh([{ key: ["runs"], everyMs: 1_000 }]);
  await tick(1);
  refresh([{ key: ["runs"], everyMs: 1_000 }, { key: ["approvals"] }]);
  await tick(1);
  assert.deepEqual(asked, ["runs@120", "approvals@240"]);
});
