import { isRecord } from "./is-record.ts";

/** A JSON value as one text, whatever order its members came in. What JSON does not have is left out, as `JSON.stringify` does. */
export function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_, member: unknown) => (isRecord(member) ? Object.fromEntries(Object.entries(member).sort(([left], [right]) => (left < right ? -1 : 1))) : member));
}
