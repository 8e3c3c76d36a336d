import assert from "node:assert/strict";
import { test } from "node:test";
import { markWords } from "./mark-words.ts";

const marked = (text: string, words: string[]) => markWords(text, words).filter((piece) => piece.isMarked).map((piece) => piece.text);

test("whole words are marked, whatever their case, and no letter is lost", () => {
  assert.deepEqual(marked("Refunds and a refund; prerefund.", ["refund", "Refunds"]), ["Refunds", "refund"]);
  assert.equal(markWords("Refunds (5 %) take 3 days", ["(5", "days"]).map((piece) => piece.text).join(""), "Refunds (5 %) take 3 days");
});
