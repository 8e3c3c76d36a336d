import assert from "node:assert/strict";
import { test } from "node:test";
import { createLog, type Log } from "./log.ts";
import { repeat } from "./repeat.ts";

const LONG_MS = 3_600_000;

function keepingLog(lines: string[] = []): Log {
  return createLog({ level: "warn", isPretty: false, write: (line) => void lines.push(line) });
}

test("the first round comes at once or after a pause, and the next ones after a pause each", async () => {
  const rounds = { now: 0, later: 0 };
  const now = repeat(() => Promise.resolve((rounds.now += 1)), { everyMs: LONG_MS, waitsFirst: false, log: keepingLog(), failure: "test.failed" });
  const later = repeat(() => Promise.resolve((rounds.later += 1)), { everyMs: LONG_MS, waitsFirst: true, log: keepingLog(), failure: "test.failed" });
  assert.deepEqual(rounds, { now: 1, later: 0 });
  await Promise.all([now.stop(), later.stop()]);
  assert.deepEqual(rounds, { now: 1, later: 0 });
});

test("a wake during a round brings another one at once, and rounds never run beside each other", async () => {
  const { promise: isHeld, resolve: letGo } = Promise.withResolvers<void>();
  const { promise: cameAgain, resolve: comeAgain } = Promise.withResolvers<void>();
  const begun: number[] = [];
  const repeated = repeat(async () => {
    begun.push(begun.length + 1);
    if (begun.length === 1) await isHeld;
    else comeAgain();
  }, { everyMs: LONG_MS, waitsFirst: false, log: keepingLog(), failure: "test.failed" });
  repeated.wake();
  await new Promise((resolve) => setImmediate(resolve));
  assert.deepEqual(begun, [1]);
  letGo();
  await cameAgain;
  await repeated.stop();
  assert.deepEqual(begun, [1, 2]);
});

test("a round that fails is logged and the next one comes", async () => {
  const { promise: cameAgain, resolve: comeAgain } = Promise.withResolvers<void>();
  const lines: string[] = [];
  let count = 0;
  const repeated = repeat(() => {
    if ((count += 1) === 1) return Promise.reject(new Error("not now"));
    comeAgain();
    return Promise.resolve();
  }, { everyMs: 1, waitsFirst: true, log: keepingLog(lines), failure: "test.failed" });
  await cameAgain;
  await repeated.stop();
  assert.equal(lines.length, 1);
  assert.match(lines[0] ?? "", /"level":"warn","event":"test.failed","error":"not now"/);
});
