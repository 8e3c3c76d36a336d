import assert from "node:assert/strict";
import { test } from "node:test";
import { sayCalls, sayChange, sayDoubts, sayModel, sayScope, sayThen } from "./cost-words.ts";
import { stackDays } from "./stack-days.ts";

test("a budget is said as people would", () => {
  assert.equal(sayScope({ scope: "key", window: "month", timeZone: "Europe/Berlin" }), "a month for each API key (Europe/Berlin)");
  assert.equal(sayScope({ scope: "tenant", window: "minute", timeZone: "Europe/Berlin" }), "a minute");
  assert.equal(sayThen({ then: "handoff", use: null, softMicroUsd: 500_000 }), "From $0.50 on it warns. When it is used up, a person goes on.");
  assert.equal(sayThen({ then: "cheaper", use: "small", softMicroUsd: null }), "When it is used up, calls go to small; what has no room is refused.");
});

test("a change is said against the days before, and not against nothing", () => {
  assert.deepEqual([sayChange(110, 100, 30), sayChange(50, 100, 7), sayChange(5, 0, 7)], ["+10 % on the 30 days before", "−50 % on the 7 days before", null]);
  assert.equal(sayModel("openai/gpt-6.1-terra"), "gpt-6.1-terra");
});

test("few layers stand for many models, and their sum stays", () => {
  const series = [5, 4, 3, 2, 0].map((microUsd, place) => ({ name: `m${place}`, microUsd, calls: 1, perDay: [microUsd, 0] }));
  assert.deepEqual(stackDays(series, 3), { layers: [{ name: "m0", perDay: [5, 0] }, { name: "m1", perDay: [4, 0] }, { name: null, perDay: [5, 0] }], highest: 14 });
  assert.deepEqual(stackDays([], 3), { layers: [], highest: 1 });
});

test("calls out of the cache are said with what they saved, and what a killed process held with how to give it back", () => {
  const total = { microUsd: 0, calls: 8, unpriced: 0, estimated: 0, failed: 1, cached: 2, savedMicroUsd: 250_000, unreportedMicroUsd: 120_000, conversations: 0, perConversationMicroUsd: null, resolvedCases: 0, perResolutionMicroUsd: null };
  assert.equal(sayCalls(total), "25 % out of the cache, which saved $0.25; 1 failed or were cancelled");
  assert.equal(sayCalls({ ...total, failed: 0, cached: 0 }), null);
  assert.match(sayDoubts(total) ?? "", /Up to \$0\.12 more may have been spent .* baton cost release/);
});
