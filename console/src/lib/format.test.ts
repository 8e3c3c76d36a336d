import assert from "node:assert/strict";
import { test } from "node:test";
import { formatCost, formatDuration, formatMoney, formatWait, sayCode, sayShare } from "./format.ts";

test("durations carry the unit that reads best", () => {
  const cases: [number, string][] = [[0, "0 µs"], [999, "999 µs"], [1000, "1.00 ms"], [12_400, "12.4 ms"], [99_960, "100 ms"], [999_499, "999 ms"], [999_600, "1.00 s"], [1_840_000, "1.84 s"], [59_949_000, "59.9 s"], [125_000_000, "2 min 5 s"]];
  for (const [us, words] of cases) assert.equal(formatDuration(us), words);
});

test("small costs keep their digits", () => {
  const cases: [number, string][] = [[0, "$0"], [1, "$0.000001"], [312, "$0.00031"], [12_300, "$0.012"], [250_000, "$0.25"], [1_500_000, "$1.50"]];
  for (const [microUsd, words] of cases) assert.equal(formatCost(microUsd), words);
});

test("shares are said in words, and what is not known as a dash", () => {
  assert.deepEqual([sayShare(null), sayShare(1), sayShare(0.905), sayShare(0)], ["–", "100 %", "90.5 %", "0.0 %"]);
});

test("waits and codes are said in words", () => {
  assert.equal(formatWait("2026-01-01T00:00:00Z", Date.parse("2026-01-01T02:05:09Z")), "2 h 5 min");
  assert.equal(formatWait("2026-01-01T00:00:10Z", Date.parse("2026-01-01T00:00:00Z")), "0 s");
  assert.equal(sayCode("contact.asked_twice"), "Contact asked twice");
  assert.equal(sayCode("orderNumber"), "Order number");
  assert.equal(sayCode("trackingID"), "TrackingID");
  assert.equal(formatMoney(10_980, "EUR"), "€109.80");
  assert.equal(formatMoney(500, "JPY"), "¥500");
  assert.equal(formatMoney(500, "none"), "500 none");
});
