import { deepStrictEqual } from "node:assert";
import { test } from "node:test";
import { guardSection } from "./guard-file.ts";
import { createReplyJudge } from "./reply-rules.ts";

const { replies } = guardSection.parse({
  replies: {
    neverPromise: [{ name: "refunds", words: ["refund", "money back", "Erstattung"] }],
    neverSpeakOf: [{ name: "competitors", words: ["Bergfreunde", "north peak"] }],
    tone: { words: ["honestly"], emoji: false, exclamationMarks: 1, capitals: false },
  },
});
const judge = createReplyJudge(replies);
const rulesOf = (reply: string, own: readonly string[] = []) => judge({ reply, own }).map(({ rule }) => rule);

test("a promise of what may not be promised is found, with its endings and in other languages", () => {
  for (const reply of ["We will refund you today.", "Don't worry. You will get your money back.", "I guarantee full refunds.", "Sie erhalten eine Erstattung.", "Don't worry, you will get your money back.", "We'll ref\u200bund you.", "You are entitled to a refund."]) deepStrictEqual(rulesOf(reply), ["promise.refunds"], reply);
});

test("a question, a denial and a mere mention promise nothing", () => {
  for (const reply of ["Would you like a refund?", "We will not refund sale items.", "I cannot promise a refund.", "Refunds are described in our terms."]) deepStrictEqual(rulesOf(reply), [], reply);
});

test("a promise the house itself has written may be repeated word for word", () => {
  deepStrictEqual(rulesOf("You will get your money back within 5 days [1].", ["Send it back. You will get your money back within 5 days."]), []);
});

test("a topic is refused however it is spoken of, but not inside another word", () => {
  deepStrictEqual(rulesOf("I don't know NORTH-PEAK."), ["topic.competitors"]);
  deepStrictEqual(rulesOf("Our bergfreundeskreis meets."), []);
});

test("the tone is held: words, emoji, exclamation marks, capitals", () => {
  deepStrictEqual(rulesOf("Honestly, wait!! 😀 THIS IS VERY LATE"), ["tone.words", "tone.emoji", "tone.exclamation_marks"]);
  deepStrictEqual(rulesOf("PLEASE READ THE TERMS"), ["tone.capitals"]);
  deepStrictEqual(rulesOf("Order 1042™ costs 5 # 3 * 2, FAQ and GPS ready!"), []);
});

test("without rules everything passes", () => {
  deepStrictEqual(createReplyJudge(guardSection.parse(undefined).replies)({ reply: "We will refund it!!! 😀", own: [] }), []);
});
