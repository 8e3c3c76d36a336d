import assert from "node:assert/strict";
import { test } from "node:test";
import { AppError } from "../../../lib/app-error.ts";
import { isCancelled } from "../../../durable/durable.errors.ts";
import type { Durable, DurableHandler } from "../../../durable/durable.ts";
import { replayInvocation } from "./replay-invocation.ts";
import { createVirtualEngine, type VirtualEngine } from "./virtual-engine.ts";
import { createVirtualTime, type VirtualTime } from "./virtual-time.ts";
import { cpuNowMs } from "../../../../test/cpu-now.ts";

const HOUR_MS = 3_600_000;

/** Runs a handler to its rest, replays everything, and says how it went. */
async function carryOut(main: DurableHandler, more: { handlers?: Record<string, DurableHandler>; during?(scene: { engine: VirtualEngine; time: VirtualTime }): void } = {}) {
  let rest = () => {};
  const resting = new Promise<void>((resolve) => (rest = resolve));
  const time = createVirtualTime({ startMs: 0, onIdle: () => false, onStalled: () => rest() });
  const handlers = { main, ...more.handlers };
  const engine = createVirtualEngine([{ name: "part", isKeyed: false, handlers }], time);
  time.enter();
  const root = engine.begin({ service: "part", handler: "main", input: null }, null);
  more.during?.({ engine, time });
  let endedMs = 0;
  root.waiters.add(() => (endedMs = time.nowMs()));
  time.leave();
  await resting;
  const replays = await Promise.all(engine.invocations.map((invocation) => replayInvocation(invocation, invocation.call.handler === "main" ? main : (more.handlers?.[invocation.call.handler] ?? main))));
  return { outcome: root.end?.outcome ?? null, endedMs, replays, engine };
}

const valueOf = (ran: Awaited<ReturnType<typeof carryOut>>) => (ran.outcome?.kind === "value" ? ran.outcome.value : ran.outcome);

test("a week of sleep takes no time, and the steps know when they ended", async () => {
  const startedMs = cpuNowMs();
  const ran = await carryOut(async (durable) => {
    await durable.sleep(7 * 24 * HOUR_MS);
    await durable.step("look", async () => 1);
    return durable.lastStepMs();
  });
  assert.equal(valueOf(ran), 7 * 24 * HOUR_MS);
  assert.deepEqual(ran.replays, [null]);
  assert.ok(cpuNowMs() - startedMs < 500);
});

test("children run beside each other; the one that ends first is known, on a replay too", async () => {
  const child: DurableHandler = async (durable, input) => {
    await durable.sleep(Number(input));
    return input;
  };
  const ran = await carryOut(async (durable) => {
    const children = [3, 1, 2].map((hours) => durable.start({ service: "part", handler: "child", input: hours * HOUR_MS }));
    const first = await durable.firstOf(children);
    return { first, all: [await children[0]?.wait(), await children[1]?.wait()] };
  }, { handlers: { child } });
  assert.deepEqual(valueOf(ran), { first: 1, all: [3 * HOUR_MS, HOUR_MS] });
  assert.equal(ran.endedMs, 3 * HOUR_MS);
  assert.deepEqual(ran.replays, [null, null, null, null]);
});

test("a bound ends what is awaited inside it and stops its children; the outer one counts", async () => {
  const stopped: string[] = [];
  const child: DurableHandler = async (durable) => {
    try {
      await durable.sleep(HOUR_MS);
    } catch (error) {
      if (isCancelled(error)) stopped.push("child");
      throw error;
    }
  };
  const ran = await carryOut(async (durable) => {
    const inner = await durable.within(1_000, async (bounded) => bounded.call({ service: "part", handler: "child", input: null }));
    const outer = await durable.within(2_000, (bounded) => bounded.within(5_000, (deeper) => deeper.sleep(HOUR_MS)));
    return [inner, outer];
  }, { handlers: { child } });
  assert.deepEqual(valueOf(ran), [{ kind: "timed_out" }, { kind: "timed_out" }]);
  assert.deepEqual(stopped, ["child", "child"], "once in the run and once in its replay");
  assert.equal(ran.endedMs, 3_000);
  assert.deepEqual(ran.replays, [null, null]);
});

test("an external resumes whoever waits; a second value changes nothing, and without one the time runs out", async () => {
  const ran = await carryOut(async (durable) => {
    const [early, late, never] = [durable.external(), durable.external(), durable.external()];
    return [await early.wait(null), await late.wait(HOUR_MS), await never.wait(HOUR_MS)];
  }, {
    during({ engine, time }) {
      time.at(60_000, () => void engine.resolve("inv_1.external.1", { said: "yes" }));
      time.at(70_000, () => void engine.resolve("inv_1.external.1", { said: "no" }));
      time.at(80_000, () => void engine.resolve("inv_1.external.2", 2));
    },
  });
  assert.deepEqual(valueOf(ran), [{ kind: "resolved", value: { said: "yes" } }, { kind: "resolved", value: 2 }, { kind: "timed_out" }]);
  assert.equal(ran.endedMs, 80_000 + HOUR_MS);
  assert.deepEqual(ran.replays, [null]);
});

test("what is cancelled hears it once, with its children, and may put things right", async () => {
  const undone: string[] = [];
  const child: DurableHandler = async (durable) => {
    await durable.sleep(HOUR_MS);
  };
  const ran = await carryOut(async (durable) => {
    try {
      await durable.call({ service: "part", handler: "child", input: null });
      return "done";
    } catch (error) {
      if (!isCancelled(error)) throw error;
      await durable.step("undo", async () => void undone.push("it"));
      return "undone";
    }
  }, { handlers: { child }, during: ({ engine, time }) => void time.at(5_000, () => void engine.cancel("inv_1")) });
  assert.equal(valueOf(ran), "undone");
  assert.deepEqual([ran.endedMs, undone], [5_000, ["it"]]);
  assert.deepEqual(ran.engine.invocations[1]?.end?.outcome, { kind: "cancelled" });
  assert.deepEqual(ran.replays, [null, null]);
});

test("a failed step fails in the same way again; what is retryable is tried again", async () => {
  let attempts = 0;
  const ran = await carryOut(async (durable) => {
    const steps = await durable.step("flaky", async () => {
      attempts += 1;
      if (attempts < 3) throw new AppError({ code: "test.away", status: 503, isRetryable: true, message: "away" });
      return attempts;
    });
    const failed = await durable.step("broken", () => Promise.reject(new AppError({ code: "test.no", status: 409, message: "no" }))).catch((error: unknown) => (error instanceof AppError ? [error.code, error.status] : null));
    return { steps, failed };
  });
  assert.deepEqual(valueOf(ran), { steps: 3, failed: ["test.no", 409] });
  assert.deepEqual(ran.replays, [null]);
  assert.equal(attempts, 3);
});

test("a handler that does something else when it is replayed is found out", async () => {
  let rounds = 0;
  const moody = async (durable: Durable) => {
    rounds += 1;
    await durable.step(rounds === 1 ? "one" : "two", async () => 1);
  };
  assert.match((await carryOut(moody)).replays[0] ?? "", /does "step two" where the run did "step one"/);
  let calls = 0;
  const drifting = async () => (calls += 1);
  assert.match((await carryOut(drifting)).replays[0] ?? "", /the end is .*2.* and was .*1/);
});
