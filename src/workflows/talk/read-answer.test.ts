import assert from "node:assert/strict";
import { test } from "node:test";
import { readAnswer, type AnswerForm } from "./read-answer.ts";

const choices = (...list: string[]): Pick<AnswerForm, "choices" | "schema"> => ({ choices: list, schema: null });
const schema = (given: Record<string, unknown>): Pick<AnswerForm, "choices" | "schema"> => ({ choices: null, schema: given });
const valueOf = (form: Pick<AnswerForm, "choices" | "schema">, text: string): unknown => {
  const read = readAnswer(form, text);
  return read.kind === "fits" ? read.value : undefined;
};

test("a choice is found by its words, its number, its beginning, and yes and no in other words", () => {
  assert.equal(valueOf(choices("Refund", "Store credit"), "refund"), "Refund");
  assert.equal(valueOf(choices("Refund", "Store credit"), "I'd like the store credit please"), "Store credit");
  assert.equal(valueOf(choices("Refund", "Store credit"), "2."), "Store credit");
  assert.equal(valueOf(choices("Refund", "Store credit"), "Store"), "Store credit");
  assert.equal(valueOf(choices("yes", "no"), "Sure, go ahead"), "yes");
  assert.equal(valueOf(choices("yes", "no"), "Rather not"), "no");
});

test("who takes the wish back declines, unless no is a choice or a value was given", () => {
  for (const text of ["no, forget it", "Forget it.", "never mind", "stop", "ok, leave it then", "actually I changed my mind, I'll keep it", "cancel that"]) {
    assert.equal(readAnswer(schema({ type: "integer" }), text).kind, "declined", text);
    assert.equal(valueOf(choices("yes", "no"), text), "no", text);
  }
  assert.equal(valueOf(schema({ type: "integer" }), "stop, it is 1042"), 1042);
  assert.equal(valueOf(choices("money", "exchange"), "I don't want it, money please"), "money");
});

test("where any text would do, only a message that does nothing else declines", () => {
  for (const text of ["never mind", "no, forget it please"]) assert.equal(readAnswer(schema({ type: "string" }), text).kind, "declined", text);
  for (const text of ["I don't want that colour, I'd like blue", "stop sign, third floor", "no"]) assert.equal(valueOf(schema({ type: "string" }), text), text);
});

test("an answer that names two choices or none does not fit", () => {
  assert.equal(readAnswer(choices("Refund", "Store credit"), "refund or store credit?").kind, "unfit");
  const read = readAnswer(choices("Refund", "Store credit"), "what is the weather");
  assert.deepEqual(read, { kind: "unfit", reason: "it names none of: Refund, Store credit" });
});

test("a value is found inside a sentence by the schema", () => {
  assert.equal(valueOf(schema({ type: "string", pattern: "^\\d{4}$" }), "It's order 1042, thanks!"), "1042");
  assert.equal(valueOf(schema({ type: "string", pattern: "[A-Z]{2}-\\d+" }), "number is AB-77x"), "AB-77");
  assert.equal(valueOf(schema({ type: "integer", minimum: 1 }), "I want 3 of them"), 3);
  assert.equal(valueOf(schema({ type: "number" }), "about 12,50 euros"), 12.5);
  assert.equal(valueOf(schema({ type: "boolean" }), "no, don't"), false);
  assert.equal(valueOf(schema({ type: "string", format: "email" }), "use mia@example.com."), "mia@example.com");
  assert.equal(valueOf(schema({ type: "string", enum: ["small", "large"] }), "the large one"), "large");
  assert.deepEqual(valueOf(schema({ type: "object", required: ["a"] }), '{"a":1}'), { a: 1 });
});

test("what the schema forbids does not fit, and the reason says so", () => {
  assert.equal(readAnswer(schema({ type: "string", pattern: "^\\d{4}$" }), "I don't have it").kind, "unfit");
  assert.deepEqual(readAnswer(schema({ type: "integer", maximum: 5 }), "10"), { kind: "unfit", reason: "it must be <= 5" });
  assert.equal(readAnswer({ choices: null, schema: null }, "  ").kind, "unfit");
});

test("any text fits a free question, and a very long one is cut", () => {
  assert.equal(valueOf({ choices: null, schema: null }, " hello "), "hello");
  assert.equal(String(valueOf({ choices: null, schema: null }, "x".repeat(100_000))).length, 4_000);
});
