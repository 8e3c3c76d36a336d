import { isRecord } from "../lib/is-record.ts";
import type { JsonSchemaObject } from "../lib/shape.ts";
import type { BoundValue, Tool, ToolContact } from "./tool.ts";

/** For whom and where a call is made; what bound arguments are taken from. */
export type CallPlace = { contact: (ToolContact & { isVerified: boolean }) | null; conversationId: string | null; caseId: string | null };

/** `arguments`: the whole call, with what the server has set; `value`: the same as the tool takes it. */
export type Resolved = { kind: "resolved"; arguments: Record<string, unknown>; value: unknown } | { kind: "unfit"; reason: string } | { kind: "unverified" };

/**
 * The call that would be made: what the caller gave and what the server sets, held against the tool's shape.
 *
 * Shapes: `unfit`, when the caller sets what is bound or something does not fit; `unverified`, when a bound value is not known
 *   because the contact has not been verified.
 * Replay: pure.
 */
export function resolveArguments(tool: Tool, given: Readonly<Record<string, unknown>>, place: CallPlace): Resolved {
  const taken = Object.keys(tool.bound).find((name) => Object.hasOwn(given, name));
  if (taken !== undefined) return { kind: "unfit", reason: `"${taken}" is set by the server and cannot be given.` };
  const unnamed = unnamedMember(offeredSchema(tool), given);
  if (unnamed !== undefined) return { kind: "unfit", reason: `"${tool.name}" takes no argument "${unnamed}".` };
  const whole = withNumbers(tool.input.jsonSchema, given);
  for (const [name, source] of Object.entries(tool.bound)) {
    const value = boundValue(source, place);
    if (value === null) return { kind: "unverified" };
    whole[name] = value;
  }
  const read = tool.input.parse(whole);
  return read.isFit ? { kind: "resolved", arguments: whole, value: read.value } : { kind: "unfit", reason: read.reason };
}

/** A member that the schema does not name, unless it says that there may be others: a widened call is refused, whatever the source's own check lets pass. */
function unnamedMember(schema: JsonSchemaObject, given: Readonly<Record<string, unknown>>): string | undefined {
  const properties = namedMembers(schema);
  return properties === null ? undefined : Object.keys(given).find((name) => !Object.hasOwn(properties, name));
}

/** All that a call may give, by name; null: the schema says that there may be others. */
export function namedMembers({ properties, additionalProperties, patternProperties }: JsonSchemaObject): Readonly<Record<string, unknown>> | null {
  return !isRecord(properties) || patternProperties !== undefined || additionalProperties === true || isRecord(additionalProperties) ? null : properties;
}

/** A text of digits is the number it spells where the schema wants a number: what a message says is text. Pure. */
function withNumbers({ properties }: JsonSchemaObject, given: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const wantsNumber = (name: string) => {
    const schema = isRecord(properties) ? properties[name] : undefined;
    return isRecord(schema) && (schema["type"] === "integer" || schema["type"] === "number");
  };
  return Object.fromEntries(Object.entries(given).map(([name, value]) => [name, typeof value === "string" && /^-?\d{1,15}(\.\d{1,9})?$/.test(value) && wantsNumber(name) ? Number(value) : value]));
}

/** Null: not known, or known of somebody who is not verified. */
function boundValue(source: BoundValue, { contact, conversationId, caseId }: CallPlace): string | null {
  if (source === "conversation.id") return conversationId;
  if (source === "case.id") return caseId;
  if (contact?.isVerified !== true) return null;
  return source === "contact.id" ? contact.contactId : source === "contact.email" ? contact.email : contact.externalId;
}

const offered = new WeakMap<Tool, JsonSchemaObject>();

/** What a caller may set: the tool's input without what is bound. */
export function offeredSchema(tool: Tool): JsonSchemaObject {
  const known = offered.get(tool);
  if (known !== undefined) return known;
  const schema = withoutMembers(tool.input.jsonSchema, new Set(Object.keys(tool.bound)));
  offered.set(tool, schema);
  return schema;
}

function withoutMembers(schema: JsonSchemaObject, names: ReadonlySet<string>): JsonSchemaObject {
  if (names.size === 0) return schema;
  const { properties, required, ...rest } = schema;
  return {
    ...rest,
    ...(isRecord(properties) ? { properties: Object.fromEntries(Object.entries(properties).filter(([name]) => !names.has(name))) } : {}),
    ...(Array.isArray(required) ? { required: required.filter((name) => !names.has(String(name))) } : {}),
  };
}
