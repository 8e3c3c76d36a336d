import { deepStrictEqual, ok, strictEqual, throws } from "node:assert";
import { test } from "node:test";
import fc from "fast-check";
import { CONTRACT_INTENTS, understanderContract } from "../understander.contract.ts";
import { trainIntentModel } from "../classifier/intent-model.ts";
import { createBuiltInUnderstander } from "./built-in.ts";
import { cpuNowMs } from "../../../test/cpu-now.ts";

const entityPatterns = [{ kind: "order_number", pattern: String.raw`(?<![\d.,])(\d{4})(?![\d.,])` }];
const understander = createBuiltInUnderstander({ intents: CONTRACT_INTENTS, entityPatterns });
const read = (text: string, recent: Parameters<typeof understander.understand>[0]["recent"] = []) => understander.understand({ text, recent });

understanderContract("built-in", () => understander);

test("the same examples give the same understanding", () => {
  const again = createBuiltInUnderstander({ intents: CONTRACT_INTENTS, entityPatterns });
  for (const text of ["where is my order", "return and refund", "hello"]) deepStrictEqual(again.understand({ text, recent: [] }), read(text));
});

test("a stored model understands as the one that was trained", () => {
  const stored = createBuiltInUnderstander({ intents: structuredClone(trainIntentModel(CONTRACT_INTENTS)), entityPatterns });
  deepStrictEqual(stored.understand({ text: "where is my refund", recent: [] }), read("where is my refund"));
});

test("no intents, one intent and an intent without examples are allowed", () => {
  deepStrictEqual(createBuiltInUnderstander({ intents: [], entityPatterns: [] }).understand({ text: "hello there", recent: [] }).intents, []);
  for (const intents of [[{ name: "only", examples: ["hello there", "hi you"] }], [{ name: "empty", examples: [] }, { name: "other", examples: ["bye"] }]]) {
    ok(createBuiltInUnderstander({ intents, entityPatterns: [] }).understand({ text: "hello there", recent: [] }).intents.length <= 1);
  }
});

test("an entity pattern that is no regular expression is refused by name", () => {
  throws(() => createBuiltInUnderstander({ intents: [], entityPatterns: [{ kind: "sku", pattern: "(" }] }), { code: "intelligence.pattern_invalid", message: /"sku"/ });
});

test("three hundred examples are learned in moments", () => {
  const intents = Array.from({ length: 15 }, (_, own) => ({ name: `intent_${own}`, examples: Array.from({ length: 20 }, (_, i) => `please help with topic${own} number ${i} of thing${(own * 7 + i) % 40} today`) }));
  const before = cpuNowMs();
  trainIntentModel(intents);
  ok(cpuNowMs() - before < 3000);
});

test("a usual message takes about a millisecond at most", () => {
  const text = "Hello, I ordered a jacket two weeks ago (order 5512) and it still has not arrived. Can you tell me where it is?";
  const times = Array.from({ length: 300 }, () => {
    const before = cpuNowMs();
    read(text);
    return cpuNowMs() - before;
  }).toSorted((one, other) => one - other);
  ok((times[150] ?? 99) < 3, `p50 ${times[150]} ms`);
});

test("a megabyte of anything is read without blowing up", () => {
  for (const piece of ["where is my order and why ", "a", "\n", "!", "é", "1 ", "[", "fire ", "€1"]) {
    const text = piece.repeat(Math.ceil(1_000_000 / piece.length));
    const before = cpuNowMs();
    read(text);
    ok(cpuNowMs() - before < 3000, `${JSON.stringify(piece)} took ${cpuNowMs() - before} ms`);
  }
});

test("any text gives confidences, scores and places within their bounds", () => {
  fc.assert(
    fc.property(fc.string({ unit: "grapheme", maxLength: 200 }), (text) => {
      const { intents, sentiment, urgency, entities } = read(text);
      return intents.every(({ confidence }) => confidence >= 0.35 && confidence <= 1) && Math.abs(sentiment.score) <= 1 && urgency >= 0 && urgency <= 1 && entities.every(({ value, start, end }) => text.slice(start, end) === value);
    }),
    { numRuns: 200 },
  );
});

test("a message without a sign of its language takes the language spoken before", () => {
  strictEqual(read("5512", [{ author: "contact", text: "Guten Tag, wo ist meine Bestellung?" }]).language, "de");
  strictEqual(read("5512").language, "und");
});

test("messages left unanswered raise the urgency, an answer lowers it", () => {
  const asked = { author: "contact", text: "Where is my order?" } as const;
  const calm = read("Hello?", [asked, { author: "ai", text: "It arrives on Friday." }]).urgency;
  ok(read("Hello?", [asked, asked, asked]).urgency > calm);
});
