import assert from "node:assert/strict";
import { test } from "node:test";
import { shapeOfJsonSchema } from "./shape.ts";

test("a schema from elsewhere cannot make its own validation come later", () => {
  assert.deepEqual(shapeOfJsonSchema({ $async: true, type: "object" }).parse(5), { isFit: false, reason: "it must be object" });
});
