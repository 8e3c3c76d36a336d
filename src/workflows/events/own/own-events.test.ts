import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { readWorkflow } from "../../document/read-workflow.ts";
import { createLanguages } from "../../expressions/languages.ts";
import { eventOf } from "../events.contract.ts";
import { createEventMatcher } from "../waits/match-filter.ts";
import { OWN_SOURCE, toCloudEvent, volumeSpiked } from "./own-events.ts";
import { gather } from "../starts/start-on-event.ts";

test("what happened once has one id", () => {
  const event = toCloudEvent(volumeSpiked("1970-01-01T00:00:00.000Z", { windowMinutes: 15, observed: 60, usual: 10, factor: 6, since: "1969-12-31T23:45:00.000Z", basis: "hour_of_week" }), new Date(0));
  assert.deepEqual([event.id, event.source, event.subject, event.time], ["volume.spiked:1970-01-01T00:00:00.000Z", OWN_SOURCE, "volume", "1970-01-01T00:00:00.000Z"]);
});

test("the guide's first workflow starts on the guide's event", () => {
  const guide = readFileSync(new URL("../../../../docs/guides/events.md", import.meta.url), "utf8");
  const { definition } = readWorkflow(/```yaml\n(document:[\s\S]*?)```/.exec(guide)?.[1] ?? "", "guide.yaml");
  const { schedule, language } = definition;
  assert.ok(schedule?.kind === "on");
  const listener = { namespace: "shop", name: "shipped", hash: "h", language, on: schedule.on };
  const start = (order: string) => gather(createEventMatcher(createLanguages()), listener, [], eventOf("ship-1043", "com.example.order.shipped", { order })).events?.length ?? 0;
  assert.deepEqual([start("1043"), start("")], [1, 0]);
});
