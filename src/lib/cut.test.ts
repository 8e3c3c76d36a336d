import assert from "node:assert/strict";
import { test } from "node:test";
import { cut } from "./cut.ts";

test("a text is cut at its length, and never inside a character", () => {
  assert.equal(cut("abc", 5), "abc");
  assert.equal(cut("abcdef", 3), "abc");
  for (let most = 1; most < 12; most += 1) {
    const short = cut("a😀b😀😀c", most);
    assert.ok(short.isWellFormed() && short.length <= most);
  }
});
