import assert from "node:assert/strict";
import { test } from "node:test";
import type { CallContext } from "../call-context.ts";
import { budgetsSection, subjectOf, unknownPriceSection } from "./budget-rules.ts";
import { windowAt } from "./budget-window.ts";
import { worstCost } from "./worst-case.ts";

const context: CallContext = { tenantId: "shop", purpose: "reply", userId: "emma@example.com", dataClasses: [], audiences: [], cache: "off" };
const span = (...given: Parameters<typeof windowAt>) => {
  const { startMs, endMs } = windowAt(...given);
  return [new Date(startMs).toISOString(), new Date(endMs).toISOString()];
};

test("a budget of models.yaml is read in micro-USD, with what it leaves out", () => {
  assert.deepEqual(budgetsSection.parse([{ scope: "tenant", window: "month", soft: 80, hard: 100.5 }, { name: "dear", scope: "model", match: "opus*", window: "day", hard: 1, then: "cheaper", use: "small", timeZone: "Europe/Berlin" }]), [
    { name: "tenant-month", scope: "tenant", matches: null, window: "month", timeZone: "UTC", softMicroUsd: 80_000_000, hardMicroUsd: 100_500_000, then: "refuse", use: null },
    { name: "dear", scope: "model", matches: ["opus*"], window: "day", timeZone: "Europe/Berlin", softMicroUsd: null, hardMicroUsd: 1_000_000, then: "cheaper", use: "small" },
  ]);
});

test("a budget that cannot be meant is refused with its reason", () => {
  const said = (given: unknown) => budgetsSection.safeParse(given).error?.issues.map((issue) => issue.message).join(" ") ?? "";
  assert.match(said([{ scope: "tenant", window: "day", soft: 2, hard: 1 }]), /soft limit must not be above/);
  assert.match(said([{ scope: "tenant", window: "day", hard: 1, use: "small" }]), /goes with `then: cheaper`/);
  assert.match(said([{ scope: "tenant", window: "day", hard: 1 }, { scope: "tenant", window: "day", hard: 2 }]), /same name/);
  assert.match(said([{ scope: "tenant", window: "day", hard: 1, timeZone: "Mars" }]), /Write a time zone/);
  assert.equal(unknownPriceSection.parse("refuse"), "refuse");
  assert.deepEqual(unknownPriceSection.parse({ prompt: 3, completion: 15 }), { prompt: 3_000_000, completion: 15_000_000 });
});

test("a budget concerns whom it names, and nobody without a name", () => {
  const [rule] = budgetsSection.parse([{ scope: "user", match: ["*@example.com", "noah"], window: "day", hard: 1 }]);
  assert.ok(rule !== undefined);
  assert.deepEqual([subjectOf(rule, context, null), subjectOf(rule, { ...context, userId: "noah" }, null), subjectOf(rule, { ...context, userId: "noah2" }, null), subjectOf({ ...rule, scope: "case" }, context, null)], ["emma@example.com", "noah", null, null]);
  assert.equal(subjectOf(rule, { ...context, userId: "a\0\ud800@example.com" }, null), "a\ufffd@example.com");
});

test("days and months begin at midnight of the zone, also where the clock changes", () => {
  const at = Date.parse("2026-03-29T12:00:00Z");
  assert.deepEqual(span("day", "UTC", at), ["2026-03-29T00:00:00.000Z", "2026-03-30T00:00:00.000Z"]);
  assert.deepEqual(span("day", "Europe/Berlin", at), ["2026-03-28T23:00:00.000Z", "2026-03-29T22:00:00.000Z"]);
  assert.deepEqual(span("month", "America/New_York", Date.parse("2026-11-01T03:59:59Z")), ["2026-10-01T04:00:00.000Z", "2026-11-01T04:00:00.000Z"]);
  assert.deepEqual(span("month", "UTC", Date.parse("2026-12-31T23:59:59Z")), ["2026-12-01T00:00:00.000Z", "2027-01-01T00:00:00.000Z"]);
  assert.deepEqual(span("minute", "Asia/Kolkata", Date.parse("2026-01-01T00:00:59.999Z")), ["2026-01-01T00:00:00.000Z", "2026-01-01T00:01:00.000Z"]);
});

test("the worst case counts the dearer class of a long prompt and what it costs to write the cache", () => {
  const price = { prompt: 1_000_000, completion: 2_000_000, cacheWrite: 1_250_000, longPrompt: { overTokens: 1_000, prompt: 3_000_000, completion: 4_000_000 } };
  assert.deepEqual([worstCost(price, { promptTokens: 1_000, maxOutputTokens: 10 }), worstCost(price, { promptTokens: 1_001, maxOutputTokens: 10 }), worstCost(null, { promptTokens: 1, maxOutputTokens: 1 })], [1_270, 3_043, null]);
});
