import { createMask } from "../tasks/authentication-secrets.ts";

export type MaskValue = <T>(value: T) => T;

/** Hides the texts of the secrets in any data, keys included, before it is kept; without secrets the data goes through as it is. */
export function createValueMask(secrets: Readonly<Record<string, unknown>>): MaskValue {
  if (Object.keys(secrets).length === 0) return (value) => value;
  const mask = createMask(secrets);
  return <T>(value: T) => masked(mask, value);
}

function masked<T>(mask: (text: string) => string, value: T): T;
function masked(mask: (text: string) => string, value: unknown): unknown {
  if (typeof value === "string") return mask(value);
  if (Array.isArray(value)) return value.map((each: unknown) => masked(mask, each));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [mask(key), masked(mask, each)]));
}
