import { Ajv2020, type ValidateFunction } from "ajv/dist/2020.js";
import formats from "ajv-formats";
import { messageOf } from "../../lib/app-error.ts";
import type { JsonSchema } from "../document/definition.ts";
import { schemaPatterns } from "../expressions/schema-patterns.ts";
import { fault } from "./faults.ts";

const ajv = new Ajv2020({ strict: false, allErrors: true, logger: false, code: { regExp: schemaPatterns } });
formats.default(ajv);
const compiled = new WeakMap<JsonSchema, ValidateFunction>();

/** Throws the standard's validation error, which names what is wrong. Schemas are compiled once. */
export function checkSchema(schema: JsonSchema | null, value: unknown, what: string): void {
  if (schema === null) return;
  const validate = compiled.get(schema) ?? compile(schema, what);
  if (validate(value)) return;
  const [first, ...rest] = validate.errors ?? [];
  const place = first === undefined || first.instancePath === "" ? "it" : first.instancePath;
  throw fault("validation", { detail: `The ${what} is not valid: ${place} ${first?.message ?? "does not match its schema"}${rest.length > 0 ? `, and ${rest.length} more` : ""}.` });
}

function compile(schema: JsonSchema, what: string): ValidateFunction {
  try {
    // `$schema` of another draft would be looked up; the keywords are the same.
    const { $schema: _, ...rest } = schema;
    const validate = ajv.compile(rest);
    compiled.set(schema, validate);
    return validate;
  } catch (error) {
    throw fault("configuration", { detail: `The schema of the ${what} cannot be used: ${messageOf(error)}`, cause: error });
  }
}
