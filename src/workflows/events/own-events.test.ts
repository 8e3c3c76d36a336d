import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { OWN_EVENTS } from "./cloud-event.ts";
import { OWN_EVENT_DATA, OWN_SOURCE, toCloudEvent, toolFailed } from "./own-events.ts";

test("every own event stands in the reference with all its data", () => {
  const page = readFileSync(new URL("../../../docs/reference/events.md", import.meta.url), "utf8");
  for (const type of OWN_EVENTS) {
    const line = page.split("\n").find((each) => each.startsWith(`| \`${type}\``)) ?? "";
    for (const name of Object.keys(OWN_EVENT_DATA[type].shape)) assert.ok(line.includes(`\`${name}\``), `${type}: ${name}`);
  }
  assert.ok(page.includes(OWN_SOURCE));
});

test("what happened once has one id", () => {
  const event = toCloudEvent(toolFailed({ callId: "call_1", tool: "refund", risk: "money", status: "failed", conversationId: null, turnId: null }), new Date(0));
  assert.deepEqual([event.id, event.source, event.subject, event.time], ["tool.failed:call_1", OWN_SOURCE, "call_1", "1970-01-01T00:00:00.000Z"]);
});
