import { deepStrictEqual, ok } from "node:assert";
import { test } from "node:test";
import fc from "fast-check";
import { splitSentences } from "./split-sentences.ts";
import { cpuNowMs } from "../../test/cpu-now.ts";

const split = (text: string): string[] => splitSentences(text).map((sentence) => sentence.text);

test("abbreviations, initials, decimals and links stay whole", () => {
  deepStrictEqual(split("Hello Dr. Smith. Order no. 4711 costs 3.50 EUR, e.g. with tax. See https://x.com/a.b. J. R. Jones wrote it!"), ["Hello Dr. Smith.", "Order no. 4711 costs 3.50 EUR, e.g. with tax.", "See https://x.com/a.b.", "J. R. Jones wrote it!"]);
});

test("no and yes are sentences", () => {
  deepStrictEqual(split("No. We do not. Yes! Really?!"), ["No.", "We do not.", "Yes!", "Really?!"]);
});

test("list items, headings and paragraphs are sentences without their markers", () => {
  deepStrictEqual(split("## Returns\nSteps:\n1. Open the app.\n2. Tap Returns\n- Print it\n\nThen wait."), ["Returns", "Steps:", "Open the app.", "Tap Returns", "Print it", "Then wait."]);
});

test("citation markers stay with their sentence", () => {
  deepStrictEqual(split("It takes 3 days.[1] Or more. [2][3] Ask us"), ["It takes 3 days.[1]", "Or more. [2][3]", "Ask us"]);
});

test("a wrapped line goes on, a short line ends", () => {
  deepStrictEqual(split("This line is wrapped by a mail program because it is longer than\nsixty characters. Kind regards\nAnna"), ["This line is wrapped by a mail program because it is longer than\nsixty characters.", "Kind regards", "Anna"]);
});

test("German dates and wide full stops are understood", () => {
  deepStrictEqual(split("Lieferung am 5. Januar, z.B. mit DHL. Gut"), ["Lieferung am 5. Januar, z.B. mit DHL.", "Gut"]);
  deepStrictEqual(split("你好。明天发货！谢谢"), ["你好。", "明天发货！", "谢谢"]);
});

test("offsets point at the text and every word is in a sentence", () => {
  const piece = fc.oneof(fc.constantFrom("Hello. ", "no. 4 ", "\n", "- a", "1. ", "?! ", "[1] ", "Dr. ", "...", " "), fc.string({ unit: "grapheme", maxLength: 8 }));
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 12 }), (pieces) => {
      const text = pieces.join("");
      const sentences = splitSentences(text);
      let end = 0;
      for (const sentence of sentences) {
        if (text.slice(sentence.start, sentence.end) !== sentence.text || sentence.start < end || sentence.text.trim() !== sentence.text) return false;
        if (/\p{L}{2,}/u.test(text.slice(end, sentence.start))) return false;
        end = sentence.end;
      }
      return !/\p{L}{2,}/u.test(text.slice(end));
    }),
    { numRuns: 300 },
  );
});

test("a megabyte of anything is split in under a second", () => {
  for (const piece of ["a", ".", " ", "\n", ". ", "a. ", "\n- ", "1. ", ".[1]", "e.g. ", "a.\n", "'"]) {
    const before = cpuNowMs();
    splitSentences(piece.repeat(Math.ceil(1_000_000 / piece.length)));
    ok(cpuNowMs() - before < 1000, `${JSON.stringify(piece)} took ${cpuNowMs() - before} ms`);
  }
});
