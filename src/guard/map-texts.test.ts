import assert from "node:assert/strict";
import { test } from "node:test";
import { createBuiltInRedactor } from "./adapters/built-in-redactor.ts";
import { mapTexts } from "./map-texts.ts";

test("personal values are found in texts, in property names and in numbers; other numbers stay numbers", () => {
  const redactor = createBuiltInRedactor();
  const hide = (text: string) => redactor.redact({ text, known: [], names: ["Emma Larsson"] }).text;
  const hidden = mapTexts({ card: 4111111111111111, "jane@example.com": 1, list: ["for Emma Larsson", 42, null, true] }, hide);
  assert.doesNotMatch(JSON.stringify(hidden), /4111|jane|Emma/);
  assert.match(JSON.stringify(hidden), /42,null,true/);
});
