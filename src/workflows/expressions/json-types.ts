import { either } from "../../lib/either.ts";
import { isRecord } from "../../lib/is-record.ts";
import type { JsonSchema } from "../document/definition.ts";

/** What a value can be; `duration`, `time`, `optional` and `bytes` exist within expressions only. */
export type JsonKind = "string" | "number" | "boolean" | "null" | "object" | "array" | "duration" | "time" | "optional" | "bytes";

const KINDS: Readonly<Record<string, JsonKind>> = { string: "string", number: "number", integer: "number", boolean: "boolean", null: "null", object: "object", array: "array", duration: "duration", time: "time", optional: "optional", bytes: "bytes" };

/** Null: it can be anything. */
export function kindsOf(schema: JsonSchema | null): ReadonlySet<JsonKind> | null {
  if (schema === null) return null;
  const branches = branchesOf(schema);
  if (branches !== null) {
    const kinds = branches.map(kindsOf);
    return kinds.some((kind) => kind === null) ? null : new Set(kinds.flatMap((kind) => [...(kind ?? [])]));
  }
  const { type } = schema;
  if (typeof type === "string") return known([type]);
  if (Array.isArray(type)) return known(type);
  const values = valuesOf(schema);
  if (values !== null) return new Set(values.map(kindOfValue));
  if (isRecord(schema["properties"])) return new Set(["object"]);
  return null;
}

function known(types: readonly unknown[]): ReadonlySet<JsonKind> | null {
  const kinds = types.map((type) => (typeof type === "string" ? KINDS[type] : undefined));
  return kinds.every((kind) => kind !== undefined) ? new Set(kinds) : null;
}

function kindOfValue(value: unknown): JsonKind {
  if (value === null) return "null";
  if (Array.isArray(value)) return "array";
  return KINDS[typeof value] ?? "object";
}

/** The alternatives of `anyOf` and `oneOf`; null when there are none. */
function branchesOf(schema: JsonSchema): JsonSchema[] | null {
  const branches = schema["anyOf"] ?? schema["oneOf"];
  return Array.isArray(branches) ? branches.filter(isRecord) : null;
}

/** The values that `enum` or `const` allows; null: not limited so. */
export function valuesOf(schema: JsonSchema | null): readonly unknown[] | null {
  if (schema === null) return null;
  const branches = branchesOf(schema);
  if (branches !== null) {
    const values = branches.map(valuesOf);
    return values.some((list) => list === null) ? null : values.flatMap((list) => list ?? []);
  }
  if ("const" in schema) return [schema["const"]];
  return Array.isArray(schema["enum"]) ? schema["enum"] : null;
}

export type FieldAnswer = { kind: "known"; schema: JsonSchema | null } | { kind: "no_such_field"; fields: readonly string[] } | { kind: "no_fields"; kinds: ReadonlySet<JsonKind> };

/**
 * What stands in a field. An object that lists its properties has no others, unless it says `additionalProperties`: that
 * is what finds a misspelt field.
 */
export function fieldOf(schema: JsonSchema | null, name: string): FieldAnswer {
  if (schema === null) return { kind: "known", schema: null };
  const branches = branchesOf(schema);
  if (branches !== null) return fieldOfUnion(branches, name);
  if ("$ref" in schema || "allOf" in schema) return { kind: "known", schema: null };
  const kinds = kindsOf(schema);
  if (kinds !== null && !kinds.has("object")) return { kind: "no_fields", kinds };
  const { properties, additionalProperties, patternProperties } = schema;
  if (isRecord(properties) && Object.hasOwn(properties, name)) return { kind: "known", schema: asSchema(properties[name]) };
  if (isRecord(additionalProperties)) return { kind: "known", schema: asSchema(additionalProperties) };
  if (additionalProperties === true || patternProperties !== undefined) return { kind: "known", schema: null };
  if (!isRecord(properties)) return additionalProperties === false ? { kind: "no_such_field", fields: [] } : { kind: "known", schema: null };
  return { kind: "no_such_field", fields: Object.keys(properties) };
}

function fieldOfUnion(branches: readonly JsonSchema[], name: string): FieldAnswer {
  const answers = branches.map((branch) => fieldOf(branch, name));
  const found = answers.filter((answer) => answer.kind === "known");
  if (found.length > 0) return { kind: "known", schema: unionOf(found.map((answer) => answer.schema)) };
  const fields = answers.flatMap((answer) => (answer.kind === "no_such_field" ? answer.fields : []));
  if (answers.some((answer) => answer.kind === "no_such_field")) return { kind: "no_such_field", fields: [...new Set(fields)] };
  return { kind: "no_fields", kinds: new Set(answers.flatMap((answer) => (answer.kind === "no_fields" ? [...answer.kinds] : []))) };
}

/** What stands in a list. */
export function itemOf(schema: JsonSchema | null): JsonSchema | null {
  if (schema === null) return null;
  const branches = branchesOf(schema);
  if (branches !== null) return unionOf(branches.filter((branch) => kindsOf(branch)?.has("array") !== false).map(itemOf));
  return asSchema(schema["items"]);
}

/** One or the other; null as soon as one of them can be anything. */
export function unionOf(schemas: readonly (JsonSchema | null)[]): JsonSchema | null {
  const different = new Map<string, JsonSchema>();
  for (const schema of schemas) {
    if (schema === null) return null;
    for (const branch of schema["anyOf"] === undefined ? [schema] : (branchesOf(schema) ?? [schema])) different.set(JSON.stringify(branch), branch);
  }
  const branches = [...different.values()];
  const [first] = branches;
  if (first === undefined) return null;
  return branches.length === 1 ? first : { anyOf: branches };
}

/** `.?field` gives an optional; its own fields are those of what it may hold. */
export function unwrap(schema: JsonSchema | null): JsonSchema | null {
  return schema?.["type"] === "optional" ? asSchema(schema["of"]) : schema;
}

/** An empty or a boolean schema says nothing. */
export function asSchema(value: unknown): JsonSchema | null {
  return isRecord(value) && Object.keys(value).length > 0 ? { ...value } : null;
}

/** A schema that a constant value fits. */
export function schemaOfValue(value: unknown): JsonSchema {
  if (Array.isArray(value)) return { type: "array", ...(value.length > 0 ? { items: unionOf(value.map(schemaOfValue)) ?? {} } : {}) };
  if (isRecord(value)) return { type: "object", properties: Object.fromEntries(Object.entries(value).map(([key, item]) => [key, schemaOfValue(item)])) };
  return { type: kindOfValue(value) };
}

/** `a number`, `a string or null`. */
export function describeKinds(kinds: ReadonlySet<JsonKind>): string {
  const words = [...kinds].map((kind) => (kind === "null" ? "null" : kind === "array" ? "a list" : kind === "object" ? "an object" : `a ${kind}`));
  return words.length === 0 ? "nothing" : either(words);
}
