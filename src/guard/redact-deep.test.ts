import assert from "node:assert/strict";
import { test } from "node:test";
import { createBuiltInRedactor } from "./adapters/built-in-redactor.ts";
import { redactDeep, restoreDeep } from "./redact-deep.ts";

test("personal values are found in texts, in property names and in numbers; other numbers stay numbers", () => {
  const told = { card: 4111111111111111, "jane@example.com": 1, list: ["for Emma Larsson", 42, null, true] };
  const { value: hidden, placeholders } = redactDeep(createBuiltInRedactor(), told, [], ["Emma Larsson"]);
  assert.doesNotMatch(JSON.stringify(hidden), /4111|jane|Emma/);
  assert.match(JSON.stringify(hidden), /42,null,true/);
  assert.deepEqual(restoreDeep(hidden, placeholders), { ...told, card: "4111111111111111" });
});
