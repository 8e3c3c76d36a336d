import { fault } from "./faults.ts";

/** What one run may use; beyond it ends with an error that names the place, before anything else is harmed. */
export const LIMITS = {
  /** Sub-workflows inside sub-workflows. */
  depth: 10,
  /** Tasks carried out by one run, rounds of loops counted. */
  tasks: 100_000,
  /** Effects (journal entries) of one invocation: a journal is read again from its start on every resumption. */
  effects: 10_000,
  /** One task's data, as JSON characters. */
  dataChars: 1_000_000,
  /** Functions of the document that call functions of the document. */
  functionDepth: 32,
  /** Task records kept of one invocation. */
  records: 5_000,
} as const;

/** Throws when the data is larger than a task may hand on. Stops counting at the limit. */
export function checkSize(value: unknown, what: string): void {
  if (sizeOf(value, LIMITS.dataChars) > LIMITS.dataChars) throw fault("runtime", { title: "Too large", detail: `The ${what} is larger than ${LIMITS.dataChars / 1_000_000} MB.` });
}

/** About how many characters the value has as JSON; stops soon after `limit`. */
export function sizeOf(value: unknown, limit: number): number {
  let size = 0;
  const open: unknown[] = [value];
  while (open.length > 0 && size <= limit) {
    const next = open.pop();
    if (typeof next === "string") size += next.length + 2;
    else if (Array.isArray(next)) {
      size += next.length + 2;
      for (const item of next) open.push(item);
    } else if (typeof next === "object" && next !== null) {
      for (const key in next) size += key.length + 4;
      for (const item of Object.values(next)) open.push(item);
    } else size += 5;
  }
  return size;
}
