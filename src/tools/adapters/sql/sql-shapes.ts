import { isRecord } from "../../../lib/is-record.ts";
import { parseJson } from "../../../lib/parse-json.ts";
import { shapeOfJsonSchema, type JsonSchemaObject, type Shape } from "../../../lib/shape.ts";
import type { SqlRow } from "../../../storage/sql-client.ts";
import { defaultOf, typesOf } from "../../declared/argument-shape.ts";
import type { SqlTool } from "./sql-declaration.ts";

/** A query's value for a parameter that may be left out. */
export function valueOf(schema: JsonSchemaObject | undefined, given: unknown): unknown {
  return given === undefined ? (defaultOf(schema) ?? null) : given;
}

/** `one`: the row; `many`: `rows`, with `isCut` and, when it is, a `note` that says so; `changed`: how many. */
export function outputShape({ rows, output }: SqlTool): Shape {
  if (rows === "changed") return shapeOfJsonSchema({ type: "object", properties: { changed: { type: "integer" } }, required: ["changed"], additionalProperties: false });
  const row = output === undefined ? { type: "object" } : { type: "object", properties: output, required: Object.keys(output), additionalProperties: false };
  return shapeOfJsonSchema(rows === "one" ? row : { type: "object", properties: { rows: { type: "array", items: row }, isCut: { type: "boolean" }, note: { type: ["string", "null"] } }, required: ["rows", "isCut", "note"], additionalProperties: false });
}

/** A row as its declaration wants it, where a database has no such type: decimals as numbers, 0 and 1 as truth values, JSON out of text. What does not fit stays, and is found by the output's shape. */
export function shapeRow(row: SqlRow, output: SqlTool["output"]): SqlRow {
  return output === undefined ? row : Object.fromEntries(Object.entries(row).map(([name, value]) => [name, shapeValue(value, typesOf(output[name] ?? {}))]));
}

function shapeValue(value: unknown, types: readonly string[]): unknown {
  const wants = (...names: string[]) => names.some((name) => types.includes(name));
  if (typeof value === "number") {
    if (wants("boolean") && !wants("number", "integer") && (value === 0 || value === 1)) return value === 1;
    return wants("string") && !wants("number", "integer") ? String(value) : value;
  }
  if (typeof value !== "string" || wants("string") || types.length === 0) return value;
  if (wants("number", "integer") && value.trim() !== "" && Number.isFinite(Number(value))) return Number(value);
  return wants("object", "array") ? parseOr(value) : value;
}

function parseOr(text: string): unknown {
  const parsed = parseJson(text);
  // Where it is no JSON, the output's shape says so.
  return isRecord(parsed) || Array.isArray(parsed) ? parsed : text;
}
