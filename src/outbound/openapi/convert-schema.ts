import { isRecord } from "../../lib/is-record.ts";
import { cut } from "../../lib/cut.ts";
import type { JsonSchemaObject } from "../../lib/shape.ts";
import { outboundFault } from "../outbound.errors.ts";
import { referenceOf, targetOf } from "./follow-reference.ts";
import type { OpenApiDocument } from "./read-document.ts";

/** `request`: held to what the document says. `answer`: types and members only, since systems add values and members all the time. */
export type SchemaSide = "request" | "answer";

/**
 * Schemas of an OpenAPI document as JSON Schema 2020-12, and the definitions they need.
 *
 * Shapes: references become `#/$defs/<name>`, so circular ones stay finite; `defs` gives every definition that was referred to so
 *   far, nearest first, at most `mostDefs`: what lies further away may be anything.
 * Throws `outbound.configuration` with the place: a reference to another file or to nothing, a schema that contains itself.
 * Source: OpenAPI 3.0.4 and 3.1.1 "Schema Object", Swagger 2.0.
 */
export type SchemaConverter = { convert(schema: unknown, at: string): JsonSchemaObject; defs(): Record<string, JsonSchemaObject> };

const TYPES = new Set(["string", "number", "integer", "boolean", "array", "object", "null"]);
const LISTS = ["allOf", "anyOf", "oneOf"] as const;
const NUMBERS = ["minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"];
const COUNTS = ["minLength", "maxLength", "minItems", "maxItems", "minProperties", "maxProperties"];
const MOST_CHARACTERS: Record<SchemaSide, number> = { request: 500, answer: 160 };

export function createSchemaConverter(document: OpenApiDocument, side: SchemaSide, mostDefs: number): SchemaConverter {
  const names = new Map<string, string>();
  const waiting: { reference: string; name: string; at: string }[] = [];
  const made: Record<string, JsonSchemaObject> = {};
  /** Which definitions hold for the same value as another, so that a circle of them has no end. */
  const same = new Map<string, Set<string>>();
  let current = "";

  const toReference = (reference: string, at: string, isSame: boolean): JsonSchemaObject => {
    const known = names.get(reference) ?? (names.size < mostDefs ? nameFor(reference, new Set(names.values())) : null);
    if (isSame) same.set(current, (same.get(current) ?? new Set()).add(reference));
    if (known === null) {
      targetOf(document, reference, at);
      return {};
    }
    if (!names.has(reference)) {
      names.set(reference, known);
      waiting.push({ reference, name: known, at });
    }
    return { $ref: `#/$defs/${known}` };
  };

  const convert = (schema: unknown, at: string, isSame: boolean): JsonSchemaObject => {
    if (schema === true || schema === undefined) return {};
    if (schema === false) return side === "answer" ? {} : { not: {} };
    if (!isRecord(schema)) throw outboundFault("configuration", { detail: `${at}: This is no schema.` });
    const reference = referenceOf(schema);
    const own = plainMembers(schema, side);
    if (reference !== null) {
      // Before 3.1 what stands beside a reference does not count; that it may be null is meant all the same.
      const referred = { ...(document.openapi?.startsWith("3.1") === true ? own : {}), ...toReference(reference, at, isSame) };
      return schema["nullable"] === true ? { anyOf: [referred, { type: "null" }] } : referred;
    }
    for (const member of LISTS) {
      const parts = schema[member];
      // Without its values, one of several kinds cannot be told from the others.
      const name = member === "oneOf" && side === "answer" ? "anyOf" : member;
      if (Array.isArray(parts) && parts.length > 0) own[name] = [...(Array.isArray(own[name]) ? own[name] : []), ...parts.map((part, index) => convert(part, `${at}.${member}.${index}`, isSame))];
    }
    Object.assign(own, membersOf(schema, at), itemsOf(schema, at));
    if (side === "request" && isRecord(schema["not"])) own["not"] = convert(schema["not"], `${at}.not`, isSame);
    return withNull(schema, own);
  };

  const membersOf = (schema: Record<string, unknown>, at: string): Record<string, unknown> => {
    const properties = isRecord(schema["properties"]) ? Object.entries(schema["properties"]) : [];
    const isLeftOut = (property: unknown) => isRecord(property) && property[side === "request" ? "readOnly" : "writeOnly"] === true;
    const left = properties.filter(([, property]) => !isLeftOut(property));
    const gone = new Set(properties.filter(([, property]) => isLeftOut(property)).map(([name]) => name));
    const required = Array.isArray(schema["required"]) ? [...new Set(schema["required"].filter((name) => typeof name === "string" && !gone.has(name)))] : [];
    const more = schema["additionalProperties"];
    return {
      ...(properties.length > 0 ? { properties: Object.fromEntries(left.map(([name, property]) => [name, convert(property, `${at}.${name}`, false)])) } : {}),
      ...(required.length > 0 ? { required } : {}),
      ...(isRecord(more) ? { additionalProperties: convert(more, `${at}.*`, false) } : more === false && side === "request" ? { additionalProperties: false } : {}),
    };
  };

  const itemsOf = (schema: Record<string, unknown>, at: string): Record<string, unknown> => {
    const { items, prefixItems } = schema;
    const list = Array.isArray(prefixItems) ? prefixItems : Array.isArray(items) ? items : null;
    if (list !== null) return { prefixItems: list.map((item, index) => convert(item, `${at}.${index}`, false)) };
    return isRecord(items) ? { items: convert(items, `${at}[]`, false) } : {};
  };

  return {
    convert(schema, at) {
      current = "";
      return convert(schema, at, true);
    },
    defs() {
      for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
        current = next.reference;
        made[next.name] = convert(targetOf(document, next.reference, next.at), next.reference.slice(2), true);
      }
      refuseEndless(same);
      return made;
    },
  };
}

/** The members of a schema that hold no other schemas, as 2020-12 has them; what no validator would take is left out. */
function plainMembers(schema: Record<string, unknown>, side: SchemaSide): Record<string, unknown> {
  const own: Record<string, unknown> = {};
  const { type, format, description, pattern } = schema;
  const types = (Array.isArray(type) ? type : [type]).map((each) => (each === "file" ? "string" : each)).filter((each) => typeof each === "string" && TYPES.has(each));
  if (types.length > 0) own["type"] = types.length === 1 ? types[0] : [...new Set(types)];
  if (typeof description === "string" && description.trim() !== "") own["description"] = cut(description.trim(), MOST_CHARACTERS[side]);
  if (side === "answer") return own;
  if (Object.hasOwn(schema, "const")) own["const"] = schema["const"];
  if (Object.hasOwn(schema, "default")) own["default"] = schema["default"];
  if (Array.isArray(schema["enum"]) && schema["enum"].length > 0) own["enum"] = distinct(schema["enum"]);
  if (typeof format === "string") own["format"] = format;
  if (typeof pattern === "string" && isPattern(pattern)) own["pattern"] = pattern;
  for (const name of NUMBERS) if (typeof schema[name] === "number") own[name] = schema[name];
  for (const name of COUNTS) if (Number.isInteger(schema[name]) && Number(schema[name]) >= 0) own[name] = schema[name];
  if (typeof schema["multipleOf"] === "number" && schema["multipleOf"] > 0) own["multipleOf"] = schema["multipleOf"];
  if (schema["uniqueItems"] === true) own["uniqueItems"] = true;
  return withExclusive(schema, own);
}

/** In 3.0 and Swagger `exclusiveMinimum: true` makes `minimum` exclusive; since 3.1 it is the limit itself. */
function withExclusive(schema: Record<string, unknown>, own: Record<string, unknown>): Record<string, unknown> {
  for (const [limit, exclusive] of [["minimum", "exclusiveMinimum"], ["maximum", "exclusiveMaximum"]] as const) {
    if (schema[exclusive] !== true || typeof schema[limit] !== "number") continue;
    own[exclusive] = schema[limit];
    delete own[limit];
  }
  return own;
}

/** `nullable` of 3.0, `x-nullable` of Swagger. */
function withNull(schema: Record<string, unknown>, own: Record<string, unknown>): JsonSchemaObject {
  if (schema["nullable"] !== true && schema["x-nullable"] !== true) return own;
  const { type } = own;
  const values = Array.isArray(own["enum"]) && !own["enum"].includes(null) ? { enum: [...own["enum"], null] } : {};
  const isPlain = LISTS.every((name) => own[name] === undefined);
  if (isPlain && type !== undefined) return { ...own, ...values, type: [...new Set([...(Array.isArray(type) ? type : [type]), "null"])] };
  return isPlain && values.enum === undefined && own["const"] === undefined ? own : { anyOf: [own, { type: "null" }] };
}

function distinct(values: readonly unknown[]): unknown[] {
  const seen = new Set<string>();
  return values.filter((value) => !seen.has(JSON.stringify(value)) && seen.add(JSON.stringify(value)));
}

/** Documents carry patterns of other languages; one that cannot be checked here checks nothing. */
function isPattern(text: string): boolean {
  try {
    return new RegExp(text, "u").source !== "";
  } catch {
    return false;
  }
}

/** The last step of a reference, made a name of its own. */
function nameFor(reference: string, taken: ReadonlySet<string>): string {
  const last = reference.split("/").at(-1) ?? "schema";
  const base = last.replace(/~1|~0|%[0-9A-Fa-f]{2}|[^\w.-]/g, "_").slice(0, 80) || "schema";
  for (let count = 1; ; count += 1) {
    const name = count === 1 ? base : `${base}_${count}`;
    if (!taken.has(name)) return name;
  }
}

/** A schema that is part of itself, for the same value, is never done being checked. */
function refuseEndless(same: ReadonlyMap<string, ReadonlySet<string>>): void {
  const done = new Set<string>();
  const visit = (reference: string, path: readonly string[]): void => {
    if (path.includes(reference)) throw outboundFault("configuration", { detail: `${reference.slice(2)}: The schema contains itself (${[...path.slice(path.indexOf(reference)), reference].map((each) => each.split("/").at(-1)).join(" → ")}), so no value can be held against it.` });
    if (done.has(reference)) return;
    for (const next of same.get(reference) ?? []) visit(next, [...path, reference]);
    done.add(reference);
  };
  for (const reference of same.keys()) if (reference !== "") visit(reference, []);
}
