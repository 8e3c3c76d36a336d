import { ok, strictEqual } from "node:assert";
import { test } from "node:test";
import fc from "fast-check";
import { createStreamRestorer, restore } from "./redactor.ts";
import type { Placeholder } from "./redactor.ts";
import { cpuNowMs } from "../../test/cpu-now.ts";

const placeholders: Placeholder[] = [
  { token: "[EMAIL_1]", kind: "email", value: "anna@example.com" },
  { token: "[NAME_12]", kind: "name", value: "[EMAIL_1] $& Zoë" },
];

test("a value is not looked at again for tokens", () => {
  strictEqual(restore("[NAME_12]", placeholders), "[EMAIL_1] $& Zoë");
});

test("a token nobody gave out stays", () => {
  strictEqual(restore("[EMAIL_2] [email_1] [1] [EMAIL_01]", placeholders), "[EMAIL_2] [email_1] [1] [EMAIL_01]");
});

test("a stream cut anywhere restores as the whole text", () => {
  const piece = fc.oneof(fc.constantFrom("[EMAIL_1]", "[NAME_12]", "[EMAIL_9]", "[", "]", "[1]", "[E", "_1]", "[[EMAIL_1]]", "[TOO_LONG_TO_BE_A_TOKEN_OF_OURS_BY_FAR_AND_MORE_THAN_THAT_"), fc.string({ maxLength: 6 }));
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 12 }), fc.array(fc.nat(7), { minLength: 1, maxLength: 20 }), (pieces, sizes) => {
      const text = pieces.join("");
      const stream = createStreamRestorer(placeholders);
      let shown = "";
      for (let at = 0, i = 0; at < text.length; i += 1) {
        const size = 1 + (sizes[i % sizes.length] ?? 0);
        shown += stream.push(text.slice(at, at + size));
        at += size;
      }
      return shown + stream.end() === restore(text, placeholders);
    }),
    { numRuns: 500 },
  );
});

test("a stream holds back nothing but the start of a token", () => {
  const stream = createStreamRestorer(placeholders);
  strictEqual(stream.push("Hello, see [1] and [link](x) "), "Hello, see [1] and [link](x) ");
  strictEqual(stream.push("write to [EMA"), "write to ");
  strictEqual(stream.push("IL_1] now"), "anna@example.com now");
  strictEqual(stream.push("[EM"), "");
  strictEqual(stream.end(), "[EM");
});

test("a long run of brackets does not slow the stream down", () => {
  const stream = createStreamRestorer(placeholders);
  const before = cpuNowMs();
  for (let i = 0; i < 100_000; i += 1) stream.push("[A");
  ok(cpuNowMs() - before < 3000);
});
