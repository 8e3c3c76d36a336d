import { isRecord } from "../../lib/is-record.ts";
import { shapeOfJsonSchema, type JsonSchemaObject } from "../../lib/shape.ts";
import { preferJson } from "../openapi-documents.ts";
import { outboundFault } from "../outbound.errors.ts";
import { createSchemaConverter, type SchemaConverter } from "./convert-schema.ts";
import { followReference } from "./follow-reference.ts";
import { createArgumentNames, type ArgumentNames } from "./name-arguments.ts";
import type { FoundOperation } from "./operations.ts";
import type { PinnedBody, PinnedOperation, PinnedParameter } from "./pinned.ts";
import type { OpenApiDocument } from "./read-document.ts";

/** Definitions that an operation keeps: of what it is given nearly all, of what it answers those that are near. */
const MOST_DEFS = { request: 200, answer: 60 };
const MOST_PARTS = 500;
/** Set by Baton itself, or by the declaration's authentication. Source: OpenAPI "Parameter Object". */
const OWN_HEADERS = new Set(["accept", "content-type", "authorization"]);
const PLACES = ["path", "query", "header", "cookie", "formData"] as const;

type Part = { value: unknown; at: string };
type Inputs = { properties: Record<string, JsonSchemaObject>; required: string[] };

/**
 * One operation, resolved: parameters of path, query, header and body as one list of arguments, schemas as JSON Schema 2020-12.
 *
 * Throws `outbound.configuration` with the place for what cannot be used (a file to send, another file's schema, a circle without end).
 */
export function pinOperation(document: OpenApiDocument, found: FoundOperation): PinnedOperation {
  const at = `paths.${found.path}.${found.method.toLowerCase()}`;
  const names = createArgumentNames();
  const converter = createSchemaConverter(document, "request", MOST_DEFS.request);
  const given = parametersOf(document, found, at);
  const inputs: Inputs = { properties: {}, required: [] };
  const parameters = PLACES.flatMap((place) => given.filter((each) => each.value["in"] === place)).flatMap((each) => pinParameter(each, { names, converter, inputs }));
  const inBody = given.find((each) => each.value["in"] === "body");
  const body = pinBody(document, found, { at, names, converter, inputs }, inBody, parameters.some((each) => each.in === "formData"));
  const { output, answer } = pinAnswer(document, found, at);
  const input = { type: "object", properties: inputs.properties, ...(inputs.required.length > 0 ? { required: inputs.required } : {}), additionalProperties: false, ...defsOf(converter) };
  const pinned: PinnedOperation = { method: found.method, path: found.path, operationId: found.operationId, purpose: found.summary, parameters, body, answer, input, output };
  for (const schema of [input, output]) refuseUnusable(schema, at);
  return pinned;
}

function parametersOf(document: OpenApiDocument, { item, operation }: FoundOperation, at: string): { value: Record<string, unknown>; at: string }[] {
  const found = new Map<string, { value: Record<string, unknown>; at: string }>();
  for (const [holder, place] of [[item, at.replace(/\.[a-z]+$/, "")], [operation, at]] as const) {
    const list = Array.isArray(holder["parameters"]) ? holder["parameters"] : [];
    for (const [index, given] of list.entries()) {
      const { value, at: where } = followReference(document, given, `${place}.parameters.${index}`);
      if (isRecord(value) && typeof value["name"] === "string") found.set(`${String(value["in"])} ${value["name"]}`, { value, at: where });
    }
  }
  return [...found.values()];
}

function pinParameter({ value, at }: { value: Record<string, unknown>; at: string }, { names, converter, inputs }: { names: ArgumentNames; converter: SchemaConverter; inputs: Inputs }): PinnedParameter[] {
  const place = PLACES.find((each) => each === value["in"]);
  const name = String(value["name"]);
  if (place === undefined || (place === "header" && OWN_HEADERS.has(name.toLowerCase()))) return [];
  const content = isRecord(value["content"]) ? Object.values(value["content"])[0] : undefined;
  // Swagger 2.0 writes the schema's members into the parameter itself.
  const { in: _in, required: _required, ...itself } = value;
  const schema = value["schema"] ?? (isRecord(content) ? (content["schema"] ?? {}) : itself);
  if (place === "formData" && value["type"] === "file") throw outboundFault("configuration", { detail: `${at}: The operation takes a file, which a tool cannot send.` });
  const argument = names.take(name, place);
  const converted = converter.convert(schema, at);
  inputs.properties[argument] = converted["description"] === undefined && typeof value["description"] === "string" ? { ...converted, description: value["description"].trim().slice(0, 500) } : converted;
  const required = place === "path" || value["required"] === true;
  if (required) inputs.required.push(argument);
  const { style, explode, collectionFormat } = value;
  return [{ argument, name, in: place, required, ...(typeof style === "string" ? { style } : {}), ...(typeof explode === "boolean" ? { explode } : {}), ...(typeof collectionFormat === "string" ? { collectionFormat } : {}) }];
}

type BodyParts = { at: string; names: ArgumentNames; converter: SchemaConverter; inputs: Inputs };

function pinBody(document: OpenApiDocument, { operation }: FoundOperation, parts: BodyParts, inBody: { value: Record<string, unknown>; at: string } | undefined, hasForm: boolean): PinnedBody | null {
  const { at, names, converter, inputs } = parts;
  const form = "application/x-www-form-urlencoded";
  if (hasForm) return { type: form, isRequired: false, argument: "", members: {}, nested: "json" };
  const given = inBody ?? followReference(document, operation["requestBody"], `${at}.requestBody`);
  if (!isRecord(given.value)) return null;
  const content = isRecord(given.value["content"]) ? given.value["content"] : {};
  const types = inBody === undefined ? Object.keys(content) : listOf(operation["consumes"] ?? document.consumes ?? ["application/json"]);
  const type = preferJson(types)[0];
  if (type === undefined) return null;
  if (!/json/i.test(type) && type !== form && !type.startsWith("text/")) throw outboundFault("configuration", { detail: `${given.at}: The operation takes ${types.join(", ")}, and a tool can send JSON, a form or text.` });
  const media = content[type] ?? content["*/*"];
  const schema = inBody === undefined ? (isRecord(media) ? media["schema"] : undefined) : given.value["schema"];
  const isRequired = given.value["required"] === true;
  const nested = isRecord(media) && isRecord(media["encoding"]) && Object.values(media["encoding"]).some((each) => isRecord(each) && each["style"] === "deepObject") ? "brackets" : "json";
  const members = type.startsWith("text/") ? null : objectMembers(document, { value: schema, at: given.at });
  if (members === null) {
    const argument = names.take("body", "body");
    inputs.properties[argument] = converter.convert(schema, given.at);
    if (isRequired) inputs.required.push(argument);
    return { type, isRequired, argument, members: null, nested };
  }
  const taken: Record<string, string> = {};
  for (const [name, member] of members.properties) {
    if (isRecord(member.value) && member.value["readOnly"] === true) continue;
    const argument = names.take(name, "body");
    taken[argument] = name;
    inputs.properties[argument] = converter.convert(member.value, member.at);
    if (isRequired && members.required.has(name)) inputs.required.push(argument);
  }
  return { type, isRequired, argument: "", members: taken, nested };
}

/** The members of an object, through references and `allOf`; null when it has none of its own: a list, a map, a choice. */
function objectMembers(document: OpenApiDocument, schema: Part): { properties: Map<string, Part>; required: Set<string> } | null {
  const properties = new Map<string, Part>();
  const required = new Set<string>();
  const waiting: Part[] = [schema];
  const seen = new Set<unknown>();
  for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
    const { value, at } = followReference(document, next.value, next.at);
    if (!isRecord(value) || seen.has(value) || seen.size > MOST_PARTS) continue;
    seen.add(value);
    if (isRecord(value["properties"])) for (const [name, property] of Object.entries(value["properties"])) properties.set(name, { value: property, at: `${at}.${name}` });
    for (const name of listOf(value["required"])) required.add(name);
    if (Array.isArray(value["allOf"])) for (const [index, part] of value["allOf"].entries()) waiting.push({ value: part, at: `${at}.allOf.${index}` });
  }
  return properties.size === 0 ? null : { properties, required };
}

function pinAnswer(document: OpenApiDocument, { operation }: FoundOperation, at: string): { output: JsonSchemaObject; answer: "json" | "text" } {
  const responses = isRecord(operation["responses"]) ? operation["responses"] : {};
  const fine = Object.keys(responses).filter((status) => /^2(\d\d|XX)$/i.test(status)).sort();
  const converter = createSchemaConverter(document, "answer", MOST_DEFS.answer);
  const schemas: JsonSchemaObject[] = [];
  let isText = false;
  for (const status of fine) {
    const { value, at: place } = followReference(document, responses[status], `${at}.responses.${status}`);
    if (!isRecord(value)) continue;
    const content = isRecord(value["content"]) ? value["content"] : {};
    const type = preferJson(Object.keys(content))[0];
    const media = type === undefined ? undefined : (content[type] ?? content["*/*"]);
    const schema = isRecord(media) ? (media["schema"] ?? {}) : value["schema"];
    isText ||= type !== undefined && type.startsWith("text/") && !/json/i.test(type);
    schemas.push(schema === undefined ? { type: "null" } : converter.convert(schema, place));
  }
  if (isText) return { answer: "text", output: { type: "string" } };
  const [only, ...others] = schemas;
  const output = only === undefined ? {} : others.length === 0 ? (only["type"] === "null" ? {} : only) : { anyOf: schemas };
  const defs = defsOf(converter);
  const reference = output["$ref"];
  // What the answer itself is stands at its top, where checks of expressions look for its members.
  const whole = typeof reference === "string" ? defs.$defs?.[reference.slice("#/$defs/".length)] : undefined;
  return { answer: "json", output: { ...(whole ?? output), ...defs } };
}

function defsOf(converter: SchemaConverter): { $defs?: Record<string, JsonSchemaObject> } {
  const defs = converter.defs();
  return Object.keys(defs).length === 0 ? {} : { $defs: defs };
}

function refuseUnusable(schema: JsonSchemaObject, at: string): void {
  const read = shapeOfJsonSchema(schema).parse(null);
  if (!read.isFit && read.reason.startsWith("the schema itself")) throw outboundFault("configuration", { detail: `${at}: ${read.reason}.` });
}

function listOf(value: unknown): string[] {
  return Array.isArray(value) ? value.map(String) : [];
}
