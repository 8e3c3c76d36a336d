import assert from "node:assert/strict";
import { test } from "node:test";
import { givenFor, namesOf, valuesOf, whereOf } from "./questions.ts";

const fields = [
  { path: "context.channel", kind: "String", isRequired: true, values: ["web"] },
  { path: "context.isVerified", kind: "Boolean", isRequired: true, values: [] },
  { path: "context.amountCents", kind: "Long", isRequired: false, values: [] },
  { path: "context.facts.status", kind: "String", isRequired: false, values: ["delivered"] },
] as const;
const kind = { action: "useTool", principal: "AiAgent", resourceType: "Tool", resources: ["refund"], groups: [], fields: fields.map((field) => ({ ...field, values: [...field.values] })) };

test("an amount and a condition are one question", () => {
  assert.equal(whereOf("", " "), null);
  assert.equal(whereOf("100", ""), "amount > 100");
  assert.equal(whereOf("", 'a == "b" || c'), 'a == "b" || c');
  assert.equal(whereOf("100", 'a == "b" || c'), 'amount > 100 && (a == "b" || c)');
});

test("what may be asked for has bare names, and money is in whole units", () => {
  assert.deepEqual(namesOf([kind], "useTool"), ["channel", "isVerified", "amount", "status"]);
});

test("what is left empty is not known, and what is always known is given", () => {
  assert.deepEqual(kind.fields.map(givenFor), ["web", "true", "", ""]);
  assert.deepEqual(valuesOf(kind.fields, { "context.isVerified": "false", "context.amountCents": "1200", "context.facts.status": "" }), { "context.channel": "web", "context.isVerified": false, "context.amountCents": 1200 });
});
