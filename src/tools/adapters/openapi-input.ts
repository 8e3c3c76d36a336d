import { isRecord } from "../../lib/is-record.ts";
import type { JsonSchemaObject } from "../../lib/shape.ts";
import type { PinnedOperation } from "../../outbound/openapi/pinned.ts";
import type { Idempotency } from "../tool.ts";
import type { OpenApiToolRules } from "./openapi-declaration.ts";

/** An operation's arguments, each with its schema. */
export function argumentsOf({ input }: PinnedOperation): Record<string, JsonSchemaObject> {
  const { properties } = input;
  return isRecord(properties) ? Object.fromEntries(Object.entries(properties).map(([name, property]) => [name, isRecord(property) ? property : {}])) : {};
}

export function requiredOf({ input }: PinnedOperation): string[] {
  const { required } = input;
  return Array.isArray(required) ? required.map(String) : [];
}

/** The argument that the call's key takes the place of. */
export function keyArgument(idempotency: Idempotency | undefined, { parameters, body }: PinnedOperation): string | undefined {
  if (typeof idempotency !== "object") return undefined;
  if ("header" in idempotency) return parameters.find((each) => each.in === "header" && each.name.toLowerCase() === idempotency.header.toLowerCase())?.argument;
  return Object.entries(body?.members ?? {}).find(([, name]) => name === idempotency.field)?.[0] ?? parameters.find((each) => each.in === "formData" && each.name === idempotency.field)?.argument;
}

/** The arguments as the tool takes them: the chosen ones, what is bound as required, without what Baton sets; with the definitions that these need. */
export function inputOf(rules: Pick<OpenApiToolRules, "arguments" | "bind" | "idempotency">, operation: PinnedOperation): JsonSchemaObject {
  const hidden = keyArgument(rules.idempotency, operation);
  const isTaken = (name: string) => name !== hidden && (rules.arguments === undefined || rules.arguments.includes(name) || Object.hasOwn(rules.bind, name));
  const properties = Object.fromEntries(Object.entries(argumentsOf(operation)).filter(([name]) => isTaken(name)));
  const required = [...new Set([...requiredOf(operation), ...Object.keys(rules.bind)])].filter(isTaken);
  const { $defs } = operation.input;
  return { type: "object", properties, required, additionalProperties: false, ...(isRecord($defs) ? { $defs: neededOf($defs, properties) } : {}) };
}

function neededOf(defs: Record<string, unknown>, from: unknown): Record<string, unknown> {
  const needed = new Set<string>();
  const waiting: unknown[] = [from];
  while (waiting.length > 0) {
    const next = waiting.pop();
    if (typeof next !== "object" || next === null) continue;
    const reference = isRecord(next) && typeof next["$ref"] === "string" ? next["$ref"].slice("#/$defs/".length) : null;
    if (reference !== null && !needed.has(reference)) {
      needed.add(reference);
      waiting.push(defs[reference]);
    }
    waiting.push(...Object.values(next));
  }
  return Object.fromEntries(Object.entries(defs).filter(([name]) => needed.has(name)));
}
