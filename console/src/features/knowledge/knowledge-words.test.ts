import assert from "node:assert/strict";
import { test } from "node:test";
import { progressOf, sayBytes, sayCounts, sayReason, saySchedule } from "./knowledge-words.ts";

const sync = { id: "s", sourceId: "web", status: "running" as const, phase: "taking", startedBy: "schedule", listed: 10, added: 2, changed: 1, removed: 0, unchanged: 1, failed: 1, missing: 0, versionBefore: null, versionAfter: null, error: null, createdAt: "", endedAt: null, isFollowed: false };

test("a schedule is said in words, and what has none is synced when asked", () => {
  assert.equal(saySchedule({ every: "PT1H" }), "Every hour");
  assert.equal(saySchedule({ every: "P7D" }), "Every 7 days");
  assert.equal(saySchedule({ every: "PT1H30M" }), "Every PT1H30M");
  assert.equal(saySchedule({ cron: "0 6 * * *", timeZone: "UTC" }), "0 6 * * * (UTC)");
  assert.equal(saySchedule(null), "When asked");
});

test("a sync's share is not known while it lists, and counts what failed as settled", () => {
  assert.equal(progressOf({ ...sync, phase: "listing" }).share, null);
  assert.equal(progressOf(sync).share, 0.5);
});

test("counts name only what there is", () => {
  assert.equal(sayCounts(sync), "2 added, 1 changed, 1 failed");
  assert.equal(sayCounts({ added: 0, changed: 0, removed: 0, failed: 0 }), "nothing changed");
});

test("a version's reason names what it comes from, but not a sync's id", () => {
  assert.equal(sayReason({ reason: "rollback", subject: "7" }), "Rollback to version 7");
  assert.equal(sayReason({ reason: "sync", subject: "sync_1" }), "Sync");
});

test("sizes have the unit that reads best", () => {
  assert.deepEqual([sayBytes(1), sayBytes(2_500), sayBytes(25_000_000)], ["1 byte", "2.5 kB", "25 MB"]);
});
