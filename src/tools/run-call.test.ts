import assert from "node:assert/strict";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { z } from "zod";
import { createLog } from "../lib/log.ts";
import { defineTool } from "./define-tool.ts";
import { createToolRunner } from "./run-call.ts";
import type { Idempotency, Tool } from "./tool.ts";
import { systemAway, systemFault } from "./tools.errors.ts";

const log = createLog({ level: "error", isPretty: true });
const GATE = { places: 2, waiting: 2, failuresToOpen: 3, firstPauseMs: 40, longestPauseMs: 80 };

function toolOf(more: { name?: string; system?: string; idempotency?: Idempotency; timeoutMs?: number; attempts?: number } = {}): Tool {
  const { attempts = 1, ...rest } = more;
  return defineTool({
    name: "look", purpose: "", risk: "read", idempotency: "natural", needsVerifiedContact: false, timeoutMs: 500, retry: { attempts, firstDelayMs: 1 }, system: "shop", ...rest,
    input: z.object({}), output: z.object({}), describe: () => "", run: () => Promise.reject(new Error("the runner is given its work")),
  });
}

const away = () => Promise.reject(systemAway({ message: "503" }));

test("an idempotent call is tried again, one that is not is made once", async () => {
  const tried = async (idempotency: Idempotency) => {
    let attempts = 0;
    await assert.rejects(createToolRunner({ log }).run(toolOf({ idempotency, attempts: 3 }), () => {
      attempts += 1;
      return away();
    }), { code: "tools.system_away" });
    return attempts;
  };
  assert.deepEqual([await tried("natural"), await tried({ header: "Idempotency-Key" }), await tried("none")], [3, 3, 1]);
});

test("a system that says what is wrong with the call is not asked again, and is not taken for dead", async () => {
  const runner = createToolRunner({ log, gates: GATE });
  let attempts = 0;
  for (let call = 0; call < 5; call += 1) {
    await assert.rejects(runner.run(toolOf({ attempts: 3 }), () => {
      attempts += 1;
      return Promise.reject(systemFault({ message: "401" }));
    }), { code: "tools.system_fault" });
  }
  assert.equal(attempts, 5);
  assert.equal(runner.health()[0]?.state, "closed");
});

test("a dead system is left alone after some failures, asked by one call after a while, and used again when that succeeds", async () => {
  const runner = createToolRunner({ log, gates: GATE });
  for (let call = 0; call < 3; call += 1) await assert.rejects(runner.run(toolOf(), away));
  let isAsked = false;
  const ask = () => runner.run(toolOf({ attempts: 3 }), async () => {
    isAsked = true;
  });
  await assert.rejects(ask(), { code: "tools.system_away", details: { isFailingFast: true } });
  assert.equal(isAsked, false);
  assert.deepEqual(runner.health().map(({ system, state, lastError }) => ({ system, state, lastError })), [{ system: "shop", state: "open", lastError: "503" }]);
  for (let waited = 0; !isAsked && waited < 100; waited += 1) {
    await sleep(20);
    await ask().catch(() => {});
  }
  assert.equal(isAsked, true);
  assert.equal(runner.health()[0]?.state, "closed");
});

test("the breaker of one tool leaves the others of its system alone, and one system's failures the other systems", async () => {
  const runner = createToolRunner({ log, gates: { ...GATE, failuresToOpen: 2 } });
  await assert.rejects(runner.run(toolOf({ name: "broken" }), away));
  await runner.run(toolOf({ name: "fine" }), () => Promise.resolve());
  await assert.rejects(runner.run(toolOf({ name: "broken" }), away));
  await assert.rejects(runner.run(toolOf({ name: "broken" }), () => Promise.resolve()), { details: { isFailingFast: true } });
  await runner.run(toolOf({ name: "fine" }), () => Promise.resolve());
  await runner.run(toolOf({ name: "broken", system: "billing" }), () => Promise.resolve());
});

test("a slow system fills its own places only", async () => {
  const runner = createToolRunner({ log, gates: GATE });
  const slow = Array.from({ length: 6 }, () => runner.run(toolOf({ timeoutMs: 200 }), (signal) => sleep(10_000, undefined, { signal })).then(() => null, (error: unknown) => error));
  await runner.run(toolOf({ system: "billing" }), () => Promise.resolve());
  assert.deepEqual(runner.health().find((each) => each.system === "shop"), { system: "shop", state: "closed", running: 2, waiting: 2, lastError: null, tools: [{ tool: "look", state: "closed" }] });
  const messages = (await Promise.all(slow)).map((error) => (error instanceof Error ? error.message : ""));
  assert.equal(messages.filter((message) => message.startsWith("Too many calls wait")).length, 2);
  assert.equal(messages.filter((message) => message.includes("within 200 ms") || message.includes("given up")).length, 4);
});

test("a call that does not heed its signal gives its place back when its time is over", async () => {
  const runner = createToolRunner({ log, gates: { ...GATE, places: 1, failuresToOpen: 10 } });
  await assert.rejects(runner.run(toolOf({ timeoutMs: 20 }), () => new Promise(() => {})), { code: "tools.system_away" });
  await runner.run(toolOf(), () => Promise.resolve());
  assert.equal(runner.health()[0]?.running, 0);
});

test("what a system asks for is waited for, and not when it is too long", async () => {
  const runner = createToolRunner({ log });
  const startedMs = performance.now();
  let attempts = 0;
  const ask = (retryAfterMs: number) => runner.run(toolOf({ attempts: 2 }), () => {
    attempts += 1;
    return attempts === 2 ? Promise.resolve() : Promise.reject(systemAway({ message: "429", details: { retryAfterMs } }));
  });
  await ask(60);
  assert.ok(performance.now() - startedMs >= 55);
  await assert.rejects(ask(3_600_000), { details: { retryAfterMs: 3_600_000 } });
  assert.equal(attempts, 3);
});
