import assert from "node:assert/strict";
import { test } from "node:test";
import { z } from "zod";
import type { Log } from "../../lib/log.ts";
import { asCausedBy, eventDepth, MAX_EVENT_DEPTH } from "./event-depth.ts";
import { eventOf, makeEventParts, TENANT, workflowText } from "./events.contract.ts";
import { publishEvent } from "./publish-event.ts";

const started = z.object({ input: z.array(z.unknown()) });

test("an event is one deeper than the deepest the run began with", () => {
  const event = eventOf("e1", "t");
  assert.deepEqual([[], {}, null, [event], [{ ...event, batondepth: 3 }, { ...event, batondepth: 1 }]].map((input) => eventDepth(asCausedBy(event, { input }))), [1, 1, 1, 1, 4]);
  assert.equal(eventDepth(asCausedBy(event, { input: {}, eventDepth: 7 })), 8, "a sub-workflow stands as deep as the run around it");
});

test("a workflow that emits what it starts on is stopped after ten runs, by name", async () => {
  await using parts = await makeEventParts();
  const told: unknown[] = [];
  const log: Log = { ...parts.deps.log, error: (event, fields) => void told.push([event, fields?.["workflow"]]) };
  await parts.publish(workflowText("circle", "on: { one: { with: { type: loop.x } } }"));
  await publishEvent({ ...parts.deps, log }, TENANT, eventOf("loop-0", "loop.x"));
  for (let count = 1; count <= 20; count += 1) {
    const run = parts.engine.started.at(-1);
    await publishEvent({ ...parts.deps, log }, TENANT, asCausedBy(eventOf(`loop-${count}`, "loop.x"), started.parse(run?.input)));
  }
  assert.equal(parts.engine.started.length, MAX_EVENT_DEPTH + 1);
  assert.deepEqual(told[0], ["events.too_deep", "test/circle"]);
});
