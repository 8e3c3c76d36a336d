import { isRecord } from "../../lib/is-record.ts";
import { sha256 } from "../../lib/sha256.ts";

/** For whom a call is made; null where a run has none. */
export type CallOwner = { contactId: string | null; conversationId: string | null };

/** SHA-256 of one exact call: the tool and all of its arguments, those that the server sets too; names in order at every depth. Pure. */
export function hashCall(tool: string, given: Record<string, unknown>): string {
  return sha256(JSON.stringify([tool, ordered(given)]));
}

/** Every argument as the tool would take it now: what the server sets and what is left out stand there too. JSON. Pure. */
export function wholeCall(resolved: { arguments: Record<string, unknown>; value: unknown }): Record<string, unknown> {
  const taken: unknown = JSON.parse(JSON.stringify(isRecord(resolved.value) ? resolved.value : resolved.arguments));
  return isRecord(taken) ? { ...taken } : {};
}

/** The same call for one contact in one conversation: what an approval holds. `callHash` is of `hashCall`. Pure. */
export function bindCall(callHash: string, owner: CallOwner): string {
  return sha256(JSON.stringify([callHash, owner.contactId, owner.conversationId]));
}

/** Lists and objects are marked as what they are: a list of pairs is not the object of the same names. */
function ordered(value: unknown): unknown {
  if (Array.isArray(value)) return ["list", ...value.map(ordered)];
  if (typeof value !== "object" || value === null) return value;
  return ["object", ...Object.entries(value).filter(([, each]) => each !== undefined).sort(([left], [right]) => (left < right ? -1 : 1)).map(([name, each]) => [name, ordered(each)])];
}

