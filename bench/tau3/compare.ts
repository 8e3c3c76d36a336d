import { isDeepStrictEqual } from "node:util";
import { isRecord } from "../../src/lib/is-record.ts";
import type { Change } from "./data-set.ts";
import type { Changed } from "./record.store.ts";

/** The places where two values differ: objects member by member, lists as a whole. `path` as `/orders/#W1/status`. */
export function differences(path: string, before: unknown, after: unknown): Change[] {
  if (isDeepStrictEqual(before, after)) return [];
  if (before === undefined) return [{ path, op: "add", before, after }];
  if (after === undefined) return [{ path, op: "remove", before, after }];
  if (!isRecord(before) || !isRecord(after)) return [{ path, op: "replace", before, after }];
  return [...new Set([...Object.keys(before), ...Object.keys(after)])].flatMap((key) => differences(`${path}/${key}`, before[key], after[key]));
}

export function changesOf(changed: readonly Changed[]): Change[] {
  return changed.flatMap(({ collection, key, before, after }) => differences(`/${collection}/${key}`, before, after));
}

/** Whether the same places have changed in the same way. */
export function isSameChange(left: readonly Change[], right: readonly Change[]): boolean {
  const sorted = (changes: readonly Change[]) => changes.map(({ path, op, before, after }) => ({ path, op, before, after })).sort((a, b) => (a.path < b.path ? -1 : 1));
  return isDeepStrictEqual(sorted(left), sorted(right));
}
