import assert from "node:assert/strict";
import { test } from "node:test";
import { nextVersion, withVersion } from "./version-number.ts";

test("the next number follows the highest, by number and not by letter", () => {
  assert.equal(nextVersion(["1.9.0", "1.10.3", "0.20.0"], "patch"), "1.10.4");
  assert.equal(nextVersion(["1.10.3-beta.1"], "minor"), "1.11.0");
});

test("a raised number leaves every other character of the document as it was", () => {
  const text = "# 1.0.0\ndocument:\n  dsl: '1.0.3'\n  version: '1.0.0'   # ours\ndo: [ { a: { set: { version: '1.0.0' } } } ]\n";
  assert.equal(withVersion(text, "1.1.0"), text.replace("version: '1.0.0'   #", "version: '1.1.0'   #"));
  assert.equal(withVersion("document: { name: a, version: 1.0.0 }\n", "1.0.1"), "document: { name: a, version: 1.0.1 }\n");
  assert.equal(withVersion('{ "document": { "version": "1.0.0" } }', "2.0.0"), '{ "document": { "version": "2.0.0" } }');
});
