import { Optional } from "@marcbachmann/cel-js";
import { Duration, UnsignedInt } from "@marcbachmann/cel-js/evaluator";

/**
 * A result of CEL as plain JSON: whole numbers as numbers, times as ISO 8601, durations as seconds with `s`, bytes as
 * base64. What holds no value of CEL's own comes back as it is, not copied.
 *
 * Throws RangeError for a whole number that JSON cannot hold exactly.
 */
export function toJson(value: unknown): unknown {
  if (typeof value === "bigint") return toNumber(value);
  if (typeof value === "number") return Number.isFinite(value) ? value : fail(`${value} is no JSON number`);
  if (typeof value !== "object" || value === null) return value ?? null;
  if (Array.isArray(value)) return toList(value);
  if (value instanceof UnsignedInt) return toNumber(value.value);
  if (value instanceof Date) return value.toISOString();
  if (value instanceof Duration) return `${value.valueOf() / 1000}s`;
  if (value instanceof Uint8Array) return Buffer.from(value).toString("base64");
  if (value instanceof Optional) return value.hasValue() ? toJson(value.value()) : null;
  if (value instanceof Map) return toRecord(Object.fromEntries(value));
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null ? toRecord(value) : String(value);
}

function toNumber(value: bigint): number {
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : fail(`${value} is larger than a JSON number can hold exactly`);
}

function toList(list: readonly unknown[]): unknown {
  const made = list.map(toJson);
  return made.every((item, index) => item === list[index]) ? list : made;
}

function toRecord(record: object): unknown {
  const entries = Object.entries(record);
  const made = entries.map(([key, value]): [string, unknown] => [key, toJson(value)]);
  return made.every(([, value], index) => value === entries[index]?.[1]) && Object.getPrototypeOf(record) === Object.prototype ? record : Object.fromEntries(made);
}

function fail(message: string): never {
  throw new RangeError(message);
}
