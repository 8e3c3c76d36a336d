import assert from "node:assert/strict";
import { test } from "node:test";
import type { Understanding } from "../../intelligence/understander.ts";
import type { OpenQuestion } from "../../workflows/talk/question.store.ts";
import type { IntentRule } from "../../workspace/workspace.ts";
import { chooseQuestion } from "./choose-question.ts";

const rule = (name: string, action: IntentRule["action"]): [string, IntentRule] => [name, { name, description: name, examples: [name], action }];
const intents = new Map([rule("refund", { kind: "workflow", workflow: "refund", isVerified: true }), rule("shipping", { kind: "knowledge" }), rule("thanks", { kind: "say", text: "You're welcome." })]);
const read = (name?: string, confidence = 0.9): Understanding => ({ intents: name === undefined ? [] : [{ name, confidence }], language: "en", sentiment: { label: "neutral", score: 0 }, frustration: 0, urgency: 0, risks: [], entities: [] });
const question = (id: string, expects: Partial<OpenQuestion["expects"]> = {}): OpenQuestion => ({ id, runId: "run_1", workflow: "refund", externalId: "x", expects: { choices: null, schema: null, intent: "refund", question: null, ...expects } });
const number = question("ques_number", { schema: { type: "string", pattern: "^\\d{4}$" } });
const chosen = (questions: OpenQuestion[], understanding: Understanding, text: string) => chooseQuestion(intents, questions, understanding, text)?.id ?? null;

test("without a question there is nothing to answer", () => assert.equal(chosen([], read("refund"), "refund please"), null));

test("a message in the wanted form is an answer whatever else it may be", () => {
  assert.equal(chosen([number], read("shipping", 0.99), "1042 and how is it shipped?"), "ques_number");
});

test("a message that does not fit and is clearly another matter leaves the question open", () => {
  assert.equal(chosen([number], read("shipping"), "how do you ship things?"), null);
});

test("what is unclear, short, a courtesy or the question's own matter goes to the question", () => {
  assert.equal(chosen([number], read("shipping", 0.6), "how do you ship things?"), "ques_number");
  assert.equal(chosen([number], read("shipping"), "shipping cost"), "ques_number");
  assert.equal(chosen([number], read("thanks"), "thanks for your help"), "ques_number");
  assert.equal(chosen([number], read("refund"), "I want the refund now"), "ques_number");
  assert.equal(chosen([number], read(), "I have no idea what you mean"), "ques_number");
});

test("taking the wish back goes to the question that was asked last", () => {
  assert.equal(chosen([number], read("shipping", 0.9), "no, forget it please"), "ques_number");
});

test("of several questions the one that fits is answered, else the last one", () => {
  const free = question("ques_free", { schema: { type: "string" } });
  assert.equal(chosen([free, number], read(), "1042"), "ques_number");
  assert.equal(chosen([free, number], read(), "the blue one"), "ques_free");
});
