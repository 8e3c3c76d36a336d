import assert from "node:assert/strict";
import { test } from "node:test";
import { bindCall, hashCall } from "./hash-call.ts";

test("an object and the list of its pairs are different calls", () => {
  assert.notEqual(hashCall("t", { x: { a: 1 } }), hashCall("t", { x: [["a", 1]] }));
  assert.notEqual(hashCall("t", { x: { a: 1 } }), hashCall("t", { x: ["object", ["a", 1]] }));
});

test("the order of names makes no difference, that of a list does", () => {
  assert.equal(hashCall("t", { a: 1, b: { c: 2, d: 3 } }), hashCall("t", { b: { d: 3, c: 2 }, a: 1 }));
  assert.notEqual(hashCall("t", { a: [1, 2] }), hashCall("t", { a: [2, 1] }));
});

test("the same call for another contact, or in another conversation, is another one", () => {
  const owner = { contactId: "cont_1", conversationId: "conv_1" };
  const bound = bindCall(hashCall("t", {}), owner);
  assert.equal(bindCall(hashCall("t", {}), { ...owner }), bound);
  for (const other of [{ contactId: "cont_2" }, { conversationId: "conv_2" }, { contactId: null }]) assert.notEqual(bindCall(hashCall("t", {}), { ...owner, ...other }), bound);
});
