import { sha256 } from "./sha256.ts";

/** An id that is the same whenever it is made from the same key: prefix and 22 characters. Stored and journaled, so the way never changes. */
export function deriveId(prefix: string, key: string): string {
  return `${prefix}_${BigInt(`0x${sha256(key).slice(0, 28)}`).toString(32).padStart(23, "0").slice(-22)}`;
}
