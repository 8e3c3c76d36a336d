import { createHash } from "node:crypto";

/** SHA-256 of one exact call: the tool and its resolved arguments, names in order at every depth. Pure. */
export function hashCall(tool: string, given: Record<string, unknown>): string {
  return createHash("sha256").update(JSON.stringify([tool, ordered(given)])).digest("hex");
}

function ordered(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(ordered);
  if (typeof value !== "object" || value === null) return value;
  return Object.entries(value).filter(([, each]) => each !== undefined).sort(([left], [right]) => (left < right ? -1 : 1)).map(([name, each]) => [name, ordered(each)]);
}
