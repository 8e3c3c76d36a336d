import assert from "node:assert/strict";
import { test } from "node:test";
import { amountOf, readField, sayDeadline, sayWanted } from "./approval-words.ts";

const NOW = Date.parse("2026-01-01T12:00:00Z");
const inSeconds = (seconds: number) => new Date(NOW + seconds * 1_000).toISOString();

test("the time that is left is told as people say it, and presses in the last quarter of an hour", () => {
  assert.deepEqual(sayDeadline(inSeconds(42), NOW), { words: "42 s left", isPressing: true });
  assert.deepEqual(sayDeadline(inSeconds(45 * 60), NOW), { words: "45 min 0 s left", isPressing: false });
  assert.deepEqual(sayDeadline(inSeconds(3 * 3_600 + 60), NOW), { words: "3 h 1 min left", isPressing: false });
  assert.deepEqual(sayDeadline(inSeconds(3 * 86_400), NOW), { words: "3 d 0 h left", isPressing: false });
  assert.deepEqual(sayDeadline(inSeconds(-1), NOW), { words: "time is over", isPressing: true });
  assert.deepEqual(sayDeadline(null, NOW), { words: "no deadline", isPressing: false });
});

test("the amount of a call is told as money, with its currency when one is known", () => {
  assert.equal(amountOf({ amountCents: 10_980, currency: "EUR" }), "€109.80");
  assert.equal(amountOf({ amountCents: 10_980, currency: null }), "109.80");
  assert.equal(amountOf({ amountCents: null, currency: "EUR" }), null);
});

test("who else has to say yes is told by number and name", () => {
  assert.equal(sayWanted([{ words: "role agent", people: 2 }, { words: "anna@example.com", people: 1 }]), "2 of role agent, and anna@example.com");
});

test("a field of the change form keeps the kind of value it had", () => {
  assert.deepEqual([readField("1042", 7), readField("1042", "7"), readField('["a"]', []), readField("12 x", 12)], [1042, "1042", ["a"], "12 x"]);
});
