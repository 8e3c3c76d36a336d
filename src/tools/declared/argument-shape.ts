import { z } from "zod";
import { isRecord } from "../../lib/is-record.ts";
import { shapeOfJsonSchema, type JsonSchemaObject, type Shape } from "../../lib/shape.ts";

/** A JSON Schema in a declaration. */
export const jsonSchema = z.record(z.string(), z.unknown()).superRefine((schema, context) => {
  const read = shapeOfJsonSchema(schema).parse(null);
  if (!read.isFit && read.reason.startsWith("the schema itself")) context.addIssue({ code: "custom", message: `Not a JSON Schema: ${read.reason}.` });
});

/** Arguments of a tool, each with its JSON Schema. */
export type ArgumentSchemas = Readonly<Record<string, JsonSchemaObject>>;

/** The call's arguments: what is declared, and a text for what the server binds and nobody declared. */
export function argumentShape({ input, bind }: { input: ArgumentSchemas; bind: Readonly<Record<string, unknown>> }): Shape {
  const properties = { ...Object.fromEntries(Object.keys(bind).map((name) => [name, { type: "string" }])), ...input };
  const required = Object.keys(properties).filter((name) => Object.hasOwn(bind, name) || !isOptional(input[name] ?? {}));
  return shapeOfJsonSchema({ type: "object", properties, required, additionalProperties: false });
}

/** What an argument counts as when it was not given. */
export function defaultOf(schema: JsonSchemaObject | undefined): unknown {
  return isRecord(schema) ? schema["default"] : undefined;
}

/** One with a `default`, or whose type may be null, need not be given. */
function isOptional(schema: JsonSchemaObject): boolean {
  return Object.hasOwn(schema, "default") || typesOf(schema).includes("null");
}

export function typesOf({ type }: JsonSchemaObject): string[] {
  return typeof type === "string" ? [type] : Array.isArray(type) ? type.map(String) : [];
}
