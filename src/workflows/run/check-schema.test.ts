import assert from "node:assert/strict";
import { test } from "node:test";
import { checkSchema, faultOfSchema } from "./check-schema.ts";

test("two versions of a workflow may give their schema the same $id", () => {
  const schema = (required: readonly string[]) => ({ $id: "https://shop.example/order", type: "object", required });
  checkSchema(schema([]), {}, "input");
  assert.throws(() => checkSchema(schema(["order"]), {}, "input"), /must have required property 'order'/);
});

test("a schema that could not be used is told before a run meets it", () => {
  assert.equal(faultOfSchema({ type: "object", properties: { a: { $ref: "#/$defs/text" } }, $defs: { text: { type: "string" } } }), null);
  assert.equal(faultOfSchema({ $schema: "http://json-schema.org/draft-07/schema#", type: "string" }), null);
  assert.match(faultOfSchema({ type: "strng" }) ?? "", /allowed values/);
  assert.match(faultOfSchema({ $ref: "https://elsewhere.example/schema" }) ?? "", /can't resolve/);
});

test("a schema cannot make its own validation come later", () => {
  assert.throws(() => checkSchema({ $async: true, type: "object" }, 5, "input"), /The input is not valid: it must be object/);
});
