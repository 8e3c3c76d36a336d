import type { TaskKind } from "./definition.ts";
import type { RawObject } from "./raw-value.ts";

/** `for` and `try` stand before the kinds whose keys they also have. */
export const TASK_KINDS: readonly TaskKind[] = ["for", "try", "call", "do", "emit", "fork", "listen", "raise", "run", "set", "switch", "wait"];

/** What every task may have, and what belongs to one kind beside its own key. */
export const TASK_BASE_KEYS: readonly string[] = ["if", "input", "output", "export", "timeout", "then", "metadata"];
export const KIND_KEYS: Readonly<Record<TaskKind, readonly string[]>> = {
  call: ["call", "with"], do: ["do"], emit: ["emit"], for: ["for", "while", "do"], fork: ["fork"], listen: ["listen", "foreach"],
  raise: ["raise"], run: ["run"], set: ["set"], switch: ["switch"], try: ["try", "catch"], wait: ["wait"],
};

/** Null: the task has no key that says what it does. */
export function kindOf(task: RawObject): TaskKind | null {
  return TASK_KINDS.find((kind) => task[kind] !== undefined) ?? null;
}
