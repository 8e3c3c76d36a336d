import { z } from "zod";

type Json = Record<string, unknown>;

/** One member of an object, in words for a table. */
export type SchemaRow = { name: string; type: string; isRequired: boolean; fallback: string | null; doc: string };

/** The members of an object schema, as `input` (defaults are optional) or as `output`; empty when it is no object. */
export function schemaRows(schema: z.ZodType, side: "input" | "output"): SchemaRow[] {
  const json = z.record(z.string(), z.unknown()).parse(z.toJSONSchema(schema, { io: side, unrepresentable: "any" }));
  const required = Array.isArray(json["required"]) ? json["required"] : [];
  return Object.entries(memberOf(json, "properties")).map(([name, given]) => {
    const member = isJson(given) ? given : {};
    const fallback = member["default"];
    return { name, type: typeOf(member), isRequired: required.includes(name), fallback: fallback === undefined ? null : JSON.stringify(fallback), doc: typeof member["description"] === "string" ? member["description"] : "" };
  });
}

function typeOf(schema: Json): string {
  const choices = schema["enum"];
  if (Array.isArray(choices)) return choices.map((choice) => `\`${String(choice)}\``).join(", ");
  const options = schema["anyOf"];
  if (Array.isArray(options)) return options.map((option: unknown) => (isJson(option) ? typeOf(option) : "anything")).join(" or ");
  const type = schema["type"];
  if (Array.isArray(type)) return type.join(" or ");
  if (type === "array") return `list of ${typeOf(memberOf(schema, "items"))}`;
  if (type === "object") return objectOf(schema);
  return typeof type === "string" ? `${type}${limitsOf(schema)}` : "anything";
}

function objectOf(schema: Json): string {
  const names = Object.keys(memberOf(schema, "properties"));
  return names.length === 0 ? "object" : `{ ${names.join(", ")} }`;
}

/** Only what an author runs into: small numbers. */
function limitsOf(schema: Json): string {
  const { minimum, maximum } = schema;
  return typeof minimum === "number" && typeof maximum === "number" && maximum < Number.MAX_SAFE_INTEGER ? ` ${minimum} to ${maximum}` : "";
}

function memberOf(schema: Json, name: string): Json {
  const member = schema[name];
  return isJson(member) ? member : {};
}

function isJson(value: unknown): value is Json {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** A cell of a Markdown table. */
export function cell(text: string): string {
  return text.replaceAll("|", "\\|").replaceAll("\n", " ");
}
