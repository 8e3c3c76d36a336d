import { Ajv2020, type ValidateFunction } from "ajv/dist/2020.js";
import formats from "ajv-formats";
import { messageOf } from "../../lib/app-error.ts";
import type { JsonSchema } from "../document/definition.ts";
import { schemaPatterns } from "../../lib/patterns/schema-patterns.ts";
import { fault } from "./faults.ts";

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

const OPTIONS = { strict: false, allErrors: true, logger: false, code: { regExp: schemaPatterns } } as const;
/** Only says whether schemas are schemas: it keeps none of them. */
const judge = new Ajv2020(OPTIONS);

/**
 * A validator of its own: one for all would keep every schema for ever, and take an `$id` once only, though each version of a
 * workflow has it. Throws what is wrong with the schema.
 */
function compileSchema(schema: JsonSchema): ValidateFunction {
  const rest = judged(schema);
  const ajv = new Ajv2020({ ...OPTIONS, validateSchema: false });
  formats.default(ajv);
  return ajv.compile(rest);
}

/** Without what would change how it is validated: `$schema` of another draft would be looked up, and `$async` makes every value fit and rejects later. */
function judged(schema: JsonSchema): JsonSchema {
  const { $schema: _, $async: __, ...rest } = schema;
  if (judge.validateSchema(rest) !== true) throw new Error(`schema is invalid: ${judge.errorsText()}`);
  return rest;
}

/** Null: it can be used. Says it without a full stop. */
export function faultOfSchema(schema: JsonSchema): string | null {
  try {
    const rest = judged(schema);
    // Only what it refers to is left to be wrong; making a validator costs a hundred times the judging.
    if (/"\$(?:dynamicR|r)ef":/.test(JSON.stringify(rest))) compileSchema(schema);
    return null;
  } catch (error) {
    return messageOf(error);
  }
}

function compile(schema: JsonSchema, what: string): ValidateFunction {
  try {
    const validate = compileSchema(schema);
    compiled.set(schema, validate);
    return validate;
  } catch (error) {
    throw fault("configuration", { detail: `The schema of the ${what} cannot be used: ${messageOf(error)}`, cause: error });
  }
}
