import assert from "node:assert/strict";
import { test } from "node:test";
import { isTimeZone, nextFiring } from "./schedule.ts";

const at = (text: string) => Date.parse(text);
const iso = (ms: number | null) => (ms === null ? null : new Date(ms).toISOString());
const cron = (text: string, timeZone = "UTC") => ({ schedule: { kind: "cron" as const, cron: text }, timeZone });
const every = (ms: number) => ({ schedule: { kind: "every" as const, every: { ms } }, timeZone: "UTC" });
const after = (ms: number) => ({ schedule: { kind: "after" as const, after: { ms } }, timeZone: "UTC" });

test("a cron fires at its next time, in the document's time zone, across the change to summer time", () => {
  assert.equal(iso(nextFiring(cron("0 0 * * *"), { afterMs: at("2026-01-05T09:00:00Z"), lastFiredMs: null })), "2026-01-06T00:00:00.000Z");
  assert.equal(iso(nextFiring(cron("0 9 * * 1-5", "Europe/Berlin"), { afterMs: at("2026-03-27T08:30:00Z"), lastFiredMs: null })), "2026-03-30T07:00:00.000Z");
  assert.equal(nextFiring(cron("0 0 30 2 *"), { afterMs: at("2026-01-05T09:00:00Z"), lastFiredMs: null }), null);
  for (const text of ["nonsense", "61 * * * *"]) assert.equal(nextFiring(cron(text), { afterMs: at("2026-01-05T09:00:00Z"), lastFiredMs: null }), null);
  assert.deepEqual(["Europe/Berlin", "UTC", "Europe/Berln", 1].map(isTimeZone), [true, true, false, false]);
});

test("every keeps its beat, makes up one missed firing, and never runs more than once a second", () => {
  const start = at("2026-01-05T09:00:00Z");
  assert.equal(nextFiring(every(60_000), { afterMs: start, lastFiredMs: null }), start + 60_000);
  assert.equal(nextFiring(every(60_000), { afterMs: start + 60_700, lastFiredMs: start + 60_000 }), start + 120_000);
  assert.equal(nextFiring(every(60_000), { afterMs: start + 601_000, lastFiredMs: start + 60_000 }), start + 660_000);
  assert.equal(nextFiring(every(5), { afterMs: start, lastFiredMs: null }), start + 1_000);
});

test("after runs at once, then counts from the end of its last run", () => {
  assert.equal(nextFiring(after(5_000), { afterMs: 100, lastFiredMs: null }), 100);
  assert.equal(nextFiring(after(5_000), { afterMs: 9_000, lastFiredMs: 100 }), 14_000);
});

test("an expression as duration never fires", () => {
  assert.equal(nextFiring({ schedule: { kind: "every", every: { expression: "${ .x }" } }, timeZone: "UTC" }, { afterMs: 0, lastFiredMs: null }), null);
});
