import { isRecord } from "../../src/lib/is-record.ts";

export type Schema = Readonly<Record<string, unknown>>;

/** The schema that speaks about a value: references are followed (`root` holds the `$defs`), and of several the one that fits is taken. */
export function schemaFor(value: unknown, schema: unknown, root: unknown): Schema {
  if (!isRecord(schema)) return {};
  const reference = schema["$ref"];
  if (typeof reference === "string") return schemaFor(value, definition(root, reference), root);
  const options = schema["anyOf"];
  return Array.isArray(options) ? (options.map((option) => schemaFor(value, option, root)).find((option) => fits(value, option)) ?? {}) : schema;
}

/** The schema of one member of an object. */
export function memberSchema(schema: Schema, name: string): unknown {
  return propertiesOf(schema)[name] ?? schema["additionalProperties"];
}

/** A value with what its schema gives where nothing stands. */
export function withDefaults(value: unknown, schema: unknown, root: unknown): unknown {
  const fit = schemaFor(value, schema, root);
  if (Array.isArray(value)) return value.map((each) => withDefaults(each, fit["items"], root));
  if (!isRecord(value)) return value;
  const filled: Record<string, unknown> = {};
  for (const [name, member] of Object.entries(value)) filled[name] = withDefaults(member, memberSchema(fit, name), root);
  for (const [name, property] of Object.entries(propertiesOf(fit))) if (!(name in filled) && isRecord(property) && "default" in property) filled[name] = property["default"];
  return filled;
}

function propertiesOf(schema: Schema): Schema {
  return isRecord(schema["properties"]) ? schema["properties"] : {};
}

function definition(root: unknown, reference: string): unknown {
  const all = isRecord(root) && isRecord(root["$defs"]) ? root["$defs"] : {};
  return all[reference.slice(reference.lastIndexOf("/") + 1)];
}

function fits(value: unknown, schema: Schema): boolean {
  const type = schema["type"];
  if (value === null) return type === "null";
  if (Array.isArray(value)) return type === "array";
  if (!isRecord(value)) return type === typeof value || (type === "integer" && typeof value === "number");
  const required = Array.isArray(schema["required"]) ? schema["required"] : [];
  const isOf = ([name, property]: [string, unknown]) => !isRecord(property) || property["const"] === undefined || property["const"] === value[name];
  return type === "object" && required.every((name) => String(name) in value) && Object.entries(propertiesOf(schema)).every(isOf);
}
