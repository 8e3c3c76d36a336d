import { Ajv2020, type ValidateFunction } from "ajv/dist/2020.js";
import formats from "ajv-formats";
import { z } from "zod";
import { messageOf } from "./app-error.ts";
import { isRecord } from "./is-record.ts";
import { schemaPatterns } from "./patterns/schema-patterns.ts";

export type JsonSchemaObject = Readonly<Record<string, unknown>>;

/**
 * What a value must look like: the check, and the same as JSON Schema for models, pages and documents.
 *
 * Replay: pure. `parse` gives the value as it is used from there on (defaults filled, texts trimmed), or says in one line per
 * fault why not; it never throws.
 */
export type Shape<T = unknown> = { jsonSchema: JsonSchemaObject; parse(value: unknown): ShapeResult<T> };
export type ShapeResult<T> = { isFit: true; value: T } | { isFit: false; reason: string };

const MAX_FAULTS = 5;

/** The shape of a zod schema. What JSON Schema cannot say (a transform, a refinement) is checked all the same. */
export function shapeOfZod<Schema extends z.ZodType>(schema: Schema, io: "input" | "output" = "input"): Shape<z.output<Schema>> {
  let made: JsonSchemaObject | null = null;
  return {
    get jsonSchema() {
      made ??= toObject(z.toJSONSchema(schema, { io, unrepresentable: "any" }));
      return made;
    },
    parse(value) {
      const read = schema.safeParse(value);
      return read.success ? { isFit: true, value: read.data } : { isFit: false, reason: z.prettifyError(read.error) };
    },
  };
}

/**
 * The shape of a JSON Schema (2020-12, and the keywords of draft 7 and OpenAPI 3.0 that mean the same). Compiled when it is first used; nothing fits a schema that cannot be.
 * `isForeign`: whoever wrote it is not trusted with our time: its patterns then take time that grows with the text only, and one with look-around cannot be used.
 */
export function shapeOfJsonSchema(schema: JsonSchemaObject, { isForeign = false }: { isForeign?: boolean } = {}): Shape {
  let validate: ValidateFunction | string | null = null;
  return {
    jsonSchema: schema,
    parse(value) {
      validate ??= compile(schema, isForeign);
      if (typeof validate === "string") return { isFit: false, reason: validate };
      if (validate(value)) return { isFit: true, value };
      const faults = (validate.errors ?? []).slice(0, MAX_FAULTS);
      return { isFit: false, reason: faults.map((each) => `${each.instancePath === "" ? "it" : each.instancePath.slice(1).replaceAll("/", ".")} ${each.message ?? "does not fit"}`).join("; ") };
    },
  };
}

/** Why nothing would fit a schema that others wrote; null: it can be used. */
export function faultOfForeignSchema(schema: JsonSchemaObject): string | null {
  const made = compile(schema, true);
  return typeof made === "string" ? made : null;
}

function compile(schema: JsonSchemaObject, isForeign: boolean): ValidateFunction | string {
  // One instance each: a schema with an `$id` may be compiled again after its tool was imported anew.
  const ajv = new Ajv2020({ strict: false, allErrors: false, logger: false, ...(isForeign ? { code: { regExp: schemaPatterns } } : {}) });
  formats.default(ajv);
  // `$async` would make every value fit, and reject later, where nobody waits for it.
  const { $schema: _, $async: __, ...rest } = schema;
  try {
    return ajv.compile(rest);
  } catch (error) {
    return `the schema itself cannot be used: ${messageOf(error)}`;
  }
}

function toObject(value: unknown): JsonSchemaObject {
  return isRecord(value) ? value : {};
}
