import assert from "node:assert/strict";
import { test } from "node:test";
import { chooseTakenBack } from "./take-back.ts";

const waiting = [{ id: "appr_1", describedAs: "Cancel order 1042.", values: ["1042"] }, { id: "appr_2", describedAs: "Refund order 1044.", values: ["1044", "the card"] }];
const taken = (text: string) => chooseTakenBack(waiting, text);

test("words of taking back take back all that waits, and what they name when they name records", () => {
  for (const text of ["Forget it", "Oh, never mind!", "No please, stop that", "sorry, I've changed my mind", "I don't want it anymore", "forget about the refund", "cancel my request"]) assert.deepEqual(taken(text), { ids: ["appr_1", "appr_2"], isAll: true }, text);
  assert.deepEqual(taken("Forget it for order 1044"), { ids: ["appr_2"], isAll: true });
  assert.equal(taken("Forget it for order 9999"), null);
});

test("a request, a question and a long story take nothing back", () => {
  for (const text of ["please cancel order 1042", "cancel it", "what about my refund?", "I never mind waiting", "don't forget my order", "no", `forget it ${"and so on ".repeat(40)}`]) assert.equal(taken(text), null, text);
});

test("what is said after it is dealt with as well", () => {
  assert.deepEqual(taken("Never mind. How long does shipping to Norway take?"), { ids: ["appr_1", "appr_2"], isAll: false });
});
