import assert from "node:assert/strict";
import { test } from "node:test";
import { requestOf } from "./model.contract.ts";
import { believedUsage, type ToldUsage } from "./told-usage.ts";

const believed = (told: ToldUsage, characters = 40) => believedUsage(told, { provider: "openai-compatible", request: requestOf({ maxOutputTokens: 1_000 }), characters });

test("figures are taken as they are told", () => {
  assert.deepEqual(believed({ prompt: 20, completion: 5, cacheRead: 10, cacheWrite: 0 }), { promptTokens: 20, completionTokens: 5, isEstimated: false, cacheReadTokens: 10 });
});

test("thinking that only the total has is counted", () => {
  assert.equal(believed({ prompt: 20, completion: 5, total: 325 })?.completionTokens, 305);
  assert.equal(believed({ prompt: 20, completion: 5, total: 25 })?.completionTokens, 5);
});

test("figures that cannot be meant are not taken, so that we count", () => {
  const cases: [ToldUsage, number?][] = [[{ prompt: 20, completion: undefined }], [{ prompt: 20, completion: 0 }], [{ prompt: 20, completion: 1 }, 50_000], [{ prompt: 9e15, completion: 5 }], [{ prompt: 20, completion: 9e15 }], [{ prompt: 20, completion: 5, total: 9e15 }], [{ prompt: 1.5, completion: 5 }]];
  for (const [told, characters] of cases) assert.equal(believed(told, characters), null, JSON.stringify(told));
});

test("a server that goes on past the limit, and one that tells its model more than we do, is believed", () => {
  assert.equal(believed({ prompt: 4_000, completion: 3_000 })?.completionTokens, 3_000);
});
