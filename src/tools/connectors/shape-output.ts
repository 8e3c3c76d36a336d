import { shapeOfJsonSchema, type JsonSchemaObject, type Shape } from "../../lib/shape.ts";
import { typesOf } from "../declared/argument-shape.ts";
import { valueAt } from "../declared/fill-template.ts";
import type { Operation, OutputMember } from "./operation.ts";

type Members = Operation["output"];

/** A record with the members that are declared, or `{ items, isCut }` of them. */
export function outputShape({ output, many }: Pick<Operation, "output" | "many">): Shape {
  const record: JsonSchemaObject = { type: "object", properties: Object.fromEntries(Object.entries(output).map(([name, member]) => [name, schemaOf(member)])), required: Object.keys(output), additionalProperties: false };
  return shapeOfJsonSchema(many ? { type: "object", properties: { items: { type: "array", items: record }, isCut: { type: "boolean" } }, required: ["items", "isCut"], additionalProperties: false } : record);
}

/** What is declared of a record, and nothing else of it. Ids come as texts where they are declared so, whatever the system makes of them. */
export function shapeRecord(record: unknown, members: Members, input: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(members).map(([name, member]) => [name, shaped(member.given === undefined ? valueAt(record, member.at ?? name) : input[member.given], typesOf(member))]));
}

function schemaOf({ at: _at, given: _given, ...schema }: OutputMember): JsonSchemaObject {
  return schema;
}

function shaped(value: unknown, types: readonly string[]): unknown {
  const isOnly = (wanted: string, ...others: string[]) => types.includes(wanted) && !others.some((each) => types.includes(each));
  if (value === undefined || value === null) return types.includes("null") ? null : value;
  if ((typeof value === "number" || typeof value === "boolean") && isOnly("string", "number", "integer", "boolean")) return String(value);
  const isNumber = typeof value === "string" && value.trim() !== "" && Number.isFinite(Number(value));
  return isNumber && !types.includes("string") && (types.includes("number") || types.includes("integer")) ? Number(value) : value;
}
