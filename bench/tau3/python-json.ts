import { isRecord } from "../../src/lib/is-record.ts";
import { memberSchema, schemaFor } from "./json-schema.ts";

/**
 * A value as Python's `json.dumps(value, sort_keys=True)` writes it, which the reference hashes are made over. `schema`
 * says which numbers are floats: 100 is written `100.0` there.
 *
 * Replay: pure.
 */
export function toPythonJson(value: unknown, schema: unknown, root: unknown): string {
  if (value === null || value === undefined) return "null";
  if (typeof value === "boolean") return String(value);
  if (typeof value === "string") return quote(value);
  const fit = schemaFor(value, schema, root);
  if (typeof value === "number") return fit["type"] === "number" && Number.isInteger(value) ? `${value}.0` : String(value);
  if (Array.isArray(value)) return `[${value.map((each) => toPythonJson(each, fit["items"], root)).join(", ")}]`;
  if (!isRecord(value)) throw new TypeError("not JSON");
  return `{${Object.keys(value).sort().map((key) => `${quote(key)}: ${toPythonJson(value[key], memberSchema(fit, key), root)}`).join(", ")}}`;
}

function quote(text: string): string {
  return JSON.stringify(text).replace(/[\u007f-\uffff]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`);
}
