import { isRecord } from "../../lib/is-record.ts";

/** A mapping of the raw document. */
export type RawObject = Readonly<Record<string, unknown>>;

/** The mapping under a key; an empty one where there is none. */
export function objectAt(from: RawObject, key: string): RawObject {
  const value = from[key];
  return isRecord(value) ? value : {};
}

export function listAt(from: RawObject, key: string): readonly unknown[] {
  const value = from[key];
  return Array.isArray(value) ? value : [];
}

export function textAt(from: RawObject, key: string): string | null {
  const value = from[key];
  return typeof value === "string" ? value : null;
}

export function numberAt(from: RawObject, key: string): number | null {
  const value = from[key];
  return typeof value === "number" ? value : null;
}

/** The single key and value of `- name: ...`, the form of the standard's lists. */
export function namedItem(value: unknown): [string, unknown] | null {
  const [first] = isRecord(value) ? Object.entries(value) : [];
  return first ?? null;
}
