import assert from "node:assert/strict";
import { test } from "node:test";
import { toPythonJson } from "./python-json.ts";
import { calculate, floatText, roundTo } from "./python-number.ts";

test("an expression is calculated with its brackets and signs", () => {
  assert.equal(calculate("2 * ((350 - 122) + (499 - 127))"), 1200);
  assert.equal(roundTo(calculate("155.33 - 147.05 + 268.77 - 235.13") ?? 0, 2), 41.92);
  assert.equal(calculate("-3 + 4 / -2"), -5);
});

test("what is no expression has no value", () => {
  for (const text of ["", "2 +", "(1", "1)", "2 ** 3", "process.exit()", "1 / 0"]) assert.equal(calculate(text), null, text);
});

test("JSON is written as Python writes it: sorted, floats by schema, ASCII only", () => {
  const schema = { properties: { price: { type: "number" }, count: { type: "integer" } }, additionalProperties: { anyOf: [{ type: "string" }, { type: "null" }] } };
  assert.equal(toPythonJson({ price: 5, name: "é", count: 5, none: null }, schema, schema), String.raw`{"count": 5, "name": "\u00e9", "none": null, "price": 5.0}`);
  assert.equal(floatText(14), "14.0");
});
