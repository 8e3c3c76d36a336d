import assert from "node:assert/strict";
import { test } from "node:test";
import { messageOf } from "../../lib/app-error.ts";
import { shapeOfJsonSchema } from "../../lib/shape.ts";
import { comparePinned } from "./compare-pinned.ts";
import { listOperations, pickOperation } from "./operations.ts";
import { pinOperation } from "./pin-operation.ts";
import type { PinnedOperation } from "./pinned.ts";
import { readDocument } from "./read-document.ts";

const source = new URL("https://pets.example/openapi.json");

function pin(document: Record<string, unknown>, wanted: string): PinnedOperation {
  const read = readDocument(JSON.stringify({ openapi: "3.0.3", info: {}, paths: {}, ...document }), source);
  return pinOperation(read, pickOperation(listOperations(read), wanted));
}

function faultOf(document: Record<string, unknown>, wanted = "it"): string {
  try {
    pin(document, wanted);
  } catch (error) {
    return messageOf(error);
  }
  return assert.fail("nothing was thrown");
}

const answers = (schema: unknown) => ({ 200: { content: { "application/json": { schema } } } });
const takes = (schema: unknown, version = "3.0.3", more: Record<string, unknown> = {}) => ({ openapi: version, ...more, paths: { "/it": { post: { operationId: "it", requestBody: { required: true, content: { "application/json": { schema } } }, responses: {} } } } });
const fits = (schema: Readonly<Record<string, unknown>>, value: unknown) => shapeOfJsonSchema(schema).parse(value).isFit;

test("arguments of path, query, header and body are one list, and those of one name are told apart by their place", () => {
  const text = { schema: { type: "string" } };
  const { parameters, body, input } = pin({ paths: { "/a/{id}": { parameters: [{ name: "id", in: "path", ...text }], post: { operationId: "it", parameters: [{ name: "id", in: "query", required: true, ...text }, { name: "X-Trace", in: "header", ...text }, { name: "Accept", in: "header", ...text }, { name: "filter[status]", in: "query", ...text }], requestBody: { required: true, content: { "application/json": { schema: { type: "object", required: ["id", "note"], properties: { id: { type: "integer" }, note: { type: "string" }, made: { type: "string", readOnly: true } } } } } } } } } }, "POST /a/{id}");
  assert.deepEqual(parameters.map(({ argument, in: place, required }) => [argument, place, required]), [["id", "path", true], ["query_id", "query", true], ["filter_status", "query", false], ["X_Trace", "header", false]]);
  assert.deepEqual(body, { type: "application/json", isRequired: true, argument: "", members: { body_id: "id", note: "note" }, nested: "json" });
  assert.deepEqual(input["required"], ["id", "query_id", "body_id", "note"]);
  assert.ok(fits(input, { id: "a", query_id: "b", body_id: 1, note: "c" }) && !fits(input, { id: "a", query_id: "b", body_id: 1, note: "c", other: 1 }));
});

test("3.0, 3.1 and Swagger 2.0 mean the same when they say it in their own ways", () => {
  const old = { type: "object", required: ["a", "b"], properties: { a: { type: "string", nullable: true, enum: ["x"] }, b: { type: "number", minimum: 0, exclusiveMinimum: true }, c: { $ref: "#/components/schemas/C", nullable: true } } };
  const now = { type: "object", required: ["a", "b"], properties: { a: { type: ["string", "null"], enum: ["x", null] }, b: { type: "number", exclusiveMinimum: 0 }, c: { anyOf: [{ $ref: "#/components/schemas/C" }, { type: "null" }] } } };
  const components = { components: { schemas: { C: { type: "integer" } } } };
  const swagger = { openapi: undefined, swagger: "2.0", definitions: { C: { type: "integer" } }, paths: { "/it": { post: { operationId: "it", parameters: [{ name: "body", in: "body", required: true, schema: { ...old, properties: { ...old.properties, a: { type: "string", "x-nullable": true, enum: ["x"] }, c: { $ref: "#/definitions/C" } } } }] } } } };
  const inputs = [pin(takes(old, "3.0.3", components), "it"), pin(takes(now, "3.1.0", components), "it"), pin(swagger, "it")].map(({ input }) => input);
  for (const input of inputs) {
    assert.ok(fits(input, { a: null, b: 0.1, c: 1 }) && fits(input, { a: "x", b: 1 }));
    for (const wrong of [{ a: "y", b: 1 }, { a: "x", b: 0 }, { a: "x" }, { a: "x", b: 1, c: "1" }]) assert.ok(!fits(input, wrong), JSON.stringify(wrong));
  }
});

test("a circle of references stays finite and still holds", () => {
  const Node = { type: "object", required: ["name"], properties: { name: { type: "string" }, next: { $ref: "#/components/schemas/Node" }, children: { type: "array", items: { $ref: "#/components/schemas/Node" } } } };
  const { output } = pin({ components: { schemas: { Node } }, paths: { "/it": { get: { operationId: "it", responses: answers({ $ref: "#/components/schemas/Node" }) } } } }, "it");
  assert.ok(fits(output, { name: "a", next: { name: "b", children: [{ name: "c" }] } }) && !fits(output, { name: "a", next: { name: "b", children: [{}] } }));
});

test("an answer is held to its types and members, and may have more", () => {
  const { output } = pin({ paths: { "/it": { get: { operationId: "it", responses: { ...answers({ type: "object", additionalProperties: false, required: ["state", "secret"], properties: { state: { type: "string", enum: ["open"], maxLength: 4 }, secret: { type: "string", writeOnly: true }, kind: { oneOf: [{ type: "string", enum: ["a"] }, { type: "string", enum: ["b"] }] } } }), 204: { description: "nothing" } } } } } }, "it");
  for (const fine of [{ state: "closed by us", more: 1, kind: "c" }, null]) assert.ok(fits(output, fine), JSON.stringify(fine));
  assert.ok(!fits(output, { state: 1 }) && !fits(output, {}));
});

test("what cannot be used is named with its place", () => {
  const schemas = (all: Record<string, unknown>) => takes({ type: "object", properties: { a: { $ref: "#/components/schemas/A" } } }, "3.0.3", { components: { schemas: all } });
  assert.match(faultOf(schemas({})), /^paths\.\/it\.post\.requestBody\.a: "#\/components\/schemas\/A" refers to what is not in the document/);
  assert.match(faultOf(takes({ $ref: "other.yaml#/A" })), /requestBody: "other\.yaml#\/A" refers to another file, which is not read\. Bundle/);
  assert.match(faultOf(schemas({ A: { allOf: [{ $ref: "#/components/schemas/B" }] }, B: { anyOf: [{ $ref: "#/components/schemas/A" }] } })), /components\/schemas\/A: The schema contains itself \(A → B → A\)/);
  assert.match(faultOf(takes({ $ref: "#/components/schemas/A" }, "3.0.3", { components: { schemas: { A: { $ref: "#/components/schemas/A" } } } })), /refers back to itself/);
  assert.match(faultOf({ paths: { "/it": { post: { operationId: "it", requestBody: { content: { "multipart/form-data": {} } } } } } }), /takes multipart\/form-data/);
  assert.match(faultOf(takes({}), "its"), /has no operation "its"\. Did you mean "it"\?/);
});

test("schemas that no validator would take are taken as far as they go", () => {
  const { input } = pin(takes({ type: "object", required: true, properties: { a: { type: "any", pattern: "(?i)x", enum: [], minLength: "3", format: "made-up", example: 1 }, b: { type: "string", required: true, enum: ["x", "x"] } } }), "it");
  assert.ok(fits(input, { a: 1, b: "x" }) && !fits(input, { b: "y" }));
});

test("what has changed between two imports is told argument by argument", () => {
  const before = pin(takes({ type: "object", required: ["a"], properties: { a: { type: "string" }, b: { type: "string" } } }), "it");
  const after = pin({ paths: { "/it": { post: { operationId: "it", requestBody: { required: true, content: { "application/json": { schema: { type: "object", required: ["c"], properties: { a: { type: "integer" }, c: { type: "string" } } } } } }, responses: answers({ type: "object", properties: { id: { type: "string" } } }) } } } }, "it");
  const reworded = pin(takes({ type: "object", required: ["a"], properties: { a: { type: "string", description: "Other words." }, b: { type: "string" } } }), "it");
  assert.deepEqual(comparePinned({ it: before }, { it: before }), []);
  assert.deepEqual(comparePinned({ it: before }, { it: reworded }), ['~ it: argument "a" is described in other words']);
  assert.deepEqual(comparePinned({ it: before }, { it: after, other: after }), [
    '~ it: new argument "c", which is required', '~ it: argument "b" is gone', '~ it: argument "a" is no longer required', '~ it: argument "a" has changed: {"type":"string"} → {"type":"integer"}', "~ it: the answer has changed (new: id)", "+ other: imported",
  ]);
});
