import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { z } from "zod";
import { eventOf, makeEventParts, TENANT, workflowText } from "../events.contract.ts";
import { relayOnce } from "../relay-events.ts";
import { publishEvent } from "../publish-event.ts";

type Parts = Awaited<ReturnType<typeof makeEventParts>>;
const MINUTE = 60_000;
const run = z.object({ runId: z.string(), hash: z.string(), startedBy: z.string() });

describe("schedules", () => {
  let parts: Parts;
  before(async () => void (parts = await makeEventParts()));
  after(() => parts[Symbol.asyncDispose]());
  const starts = () => parts.engine.started.map((call) => run.parse(call.input)).filter((each) => each.startedBy === "schedule");
  const rounds = async (count: number, stepMs: number) => {
    for (let n = 0; n < count; n += 1) {
      parts.clock.advance(stepMs);
      await Promise.all([relayOnce(parts.deps, TENANT), relayOnce(parts.deps, TENANT)]);
    }
  };

  test("every fires on its beat, once whoever looks; a long absence is made up by one run", async () => {
    await parts.publish(workflowText("tick", "every: PT5M"));
    await relayOnce(parts.deps, TENANT);
    assert.equal(starts().length, 0);
    await rounds(10, MINUTE);
    assert.equal(starts().length, 2);
    await rounds(1, 100 * MINUTE);
    await rounds(1, 1_000);
    assert.equal(starts().length, 3);
    await rounds(5, MINUTE);
    assert.equal(starts().length, 4);
  });

  test("a new version with the same schedule keeps the beat, one with another begins anew, and none stops it", async () => {
    const before = starts().length;
    const next = workflowText("tick", "every: PT5M", ", title: changed");
    await parts.publish(next);
    await rounds(5, MINUTE);
    assert.equal(starts().length, before + 1);
    await parts.publish(workflowText("tick", "every: PT20M"));
    await rounds(10, MINUTE);
    assert.equal(starts().length, before + 1);
    await parts.publish();
    await rounds(3, 60 * MINUTE);
    assert.equal(starts().length, before + 1);
  });

  test("cron fires at its minute in the document's time zone", async () => {
    parts.clock.advance(Date.UTC(2026, 5, 1, 6, 58) - parts.clock.nowMs());
    await parts.publish(workflowText("morning", "cron: 0 9 * * *", ", metadata: { timezone: Europe/Berlin }"));
    const count = starts().length;
    await relayOnce(parts.deps, TENANT);
    await rounds(1, MINUTE);
    assert.equal(starts().length, count);
    await rounds(3, MINUTE);
    assert.equal(starts().length, count + 1);
  });

  test("after runs at once, then a while after its last run has ended", async () => {
    await parts.publish(workflowText("again", "after: PT10M"));
    const count = starts().length;
    await relayOnce(parts.deps, TENANT);
    await rounds(3, 10 * MINUTE);
    assert.equal(starts().length, count + 1, "its run has not ended yet");
    const last = starts().at(-1);
    const at = new Date(parts.clock.nowMs());
    await parts.database.transaction(TENANT, (query) => query(`insert into workflow_run (tenant_id, id, namespace, name, version, hash, status, started_by, depth, invocation_id, attempt, started_at, ended_at) values ($1, $2, 'test', 'again', '1.0.0', $3, 'failed', 'schedule', 0, 'inv', 1, $4, $4)`, [TENANT, last?.runId, last?.hash, at]));
    await rounds(1, 9 * MINUTE);
    assert.equal(starts().length, count + 1);
    await rounds(2, MINUTE);
    assert.equal(starts().length, count + 2);
  });

  test("the engine is away: the run is started when it is back, the schedule goes on", async () => {
    await parts.publish(workflowText("beat", "every: PT1M"));
    await relayOnce(parts.deps, TENANT);
    const count = starts().length;
    parts.engine.setAway(true);
    await rounds(1, MINUTE);
    parts.engine.setAway(false);
    await rounds(2, 30_000);
    assert.equal(starts().length, count + 2);
  });

  test("types that workflows start on are known to the store after the next round", async () => {
    await parts.publish(workflowText("l", "on:\n  any:\n    - with: { type: a.b }\n    - with: { source: https://x.example/ }"));
    await relayOnce(parts.deps, TENANT);
    const types = await parts.database.transaction(TENANT, (query) => query("select event_type from workflow_listener order by 1"));
    assert.deepEqual(types.map((row) => row["event_type"]), ["*", "a.b"]);
    assert.equal((await publishEvent(parts.deps, TENANT, eventOf("t1", "a.b"))).listeners, 1);
  });
});
