import assert from "node:assert/strict";
import { test } from "node:test";
import { amountOfCall } from "./call-amount.ts";

const centsOf = (given: Record<string, unknown>, facts: Record<string, unknown> = {}) => amountOfCall("money", facts, given).amountCents;

test("of several amounts the largest counts, in whatever order they are given", () => {
  assert.equal(centsOf({ fee_cents: 1, refund_cents: 100_000 }), 100_000);
  assert.equal(centsOf({ refund_cents: 100_000, fee_cents: 1 }), 100_000);
});

test("no amount is lost to a limit by its form", () => {
  assert.equal(centsOf({ refund_cents: 100_000.5 }), 100_001);
  assert.equal(centsOf({ refund_cents: -100_000 }), 100_000);
  assert.equal(centsOf({ refund_cents: 1e300 }), Number.MAX_SAFE_INTEGER);
  assert.equal(centsOf({}, { amountCents: 99.5 }), 100);
  assert.equal(centsOf({ order: 7 }), null);
});

test("what the target is worth counts only where money moves or nothing is taken back", () => {
  assert.equal(centsOf({}, { totalCents: 5_000 }), 5_000);
  assert.equal(amountOfCall("write", { totalCents: 5_000 }, {}).amountCents, null);
});
