import { deepStrictEqual, ok, strictEqual } from "node:assert";
import { test } from "node:test";
import { CONTRACT_INTENTS } from "../understander.contract.ts";
import { confidenceOf, fitCalibration } from "./calibrate.ts";
import { countFeatures, MAX_CHARACTERS } from "../../lib/text-features/count-features.ts";
import { createIntentReader, trainIntentModel, type IntentModel } from "./intent-model.ts";

const model = trainIntentModel(CONTRACT_INTENTS);
const classifierOf = (trained: IntentModel) => {
  const read = createIntentReader(trained);
  return (text: string) => read(text).guess;
};
const classify = classifierOf(model);

test("training gives the same numbers every time", () => {
  deepStrictEqual(trainIntentModel(CONTRACT_INTENTS), model);
});

test("every training text is guessed as its own intent", () => {
  for (const { name, examples } of CONTRACT_INTENTS) for (const text of examples) strictEqual(classify(text)?.name ?? "out_of_scope", name, text);
});

test("a text nothing is known of has no guess", () => {
  strictEqual(classify("xyzzy qqq"), null);
  strictEqual(classify("???"), null);
});

test("a misspelt word is still known by its parts", () => {
  strictEqual(classify("forgoten passwrod reset")?.name, "reset_password");
});

test("a text that stands under two intents trains both", () => {
  const two = trainIntentModel([
    { name: "a", examples: ["both of them", "alpha one", "alpha two"] },
    { name: "b", examples: ["both of them", "beta one", "beta two"] },
  ]);
  strictEqual(classifierOf(two)("alpha please")?.name, "a");
  strictEqual(classifierOf(two)("beta please")?.name, "b");
});

test("accents, case and order numbers make no difference", () => {
  deepStrictEqual(countFeatures("Où est 4711?"), countFeatures("OU EST 12?"));
});

test("what lies behind the bound is not read", () => {
  const head = "a ".repeat(MAX_CHARACTERS / 2);
  deepStrictEqual(countFeatures(`${head}where is my order`), countFeatures(head));
});

test("no sign lowers the confidence, and few observations leave the prior", () => {
  const prior = { weights: [1, 1], bias: 0 };
  const inverse = fitCalibration(Array.from({ length: 200 }, (_, i) => ({ signs: [i % 2, 1], isRight: i % 2 === 0, weight: 1 })), prior);
  ok(inverse.weights.every((weight) => weight >= 0));
  deepStrictEqual(fitCalibration([], prior), prior);
  const learned = fitCalibration(Array.from({ length: 200 }, (_, i) => ({ signs: [(i % 10) / 10, 0], isRight: i % 10 > 4, weight: 1 })), prior);
  ok(confidenceOf(learned, [0.9, 0]) > 0.8 && confidenceOf(learned, [0.1, 0]) < 0.2);
});
