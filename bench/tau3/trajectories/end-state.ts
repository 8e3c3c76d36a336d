import { isDeepStrictEqual } from "node:util";
import { differences } from "../compare.ts";
import type { Changed } from "../record.store.ts";

/** What of a database is not as it was at the start, by collection and key. */
export type End = ReadonlyMap<string, Changed>;

export function keyed(changed: readonly Changed[]): End {
  return new Map(changed.map((each) => [`${each.collection}/${each.key}`, each]));
}

export function isSameEnd(left: End, right: End): boolean {
  return left.size === right.size && [...left].every(([id, { after }]) => right.has(id) && isDeepStrictEqual(after, right.get(id)?.after));
}

/** The records that are not the same in two states. */
export function touchedBy(before: End, after: End): string[] {
  return [...new Set([...before.keys(), ...after.keys()])].filter((id) => !isDeepStrictEqual(before.get(id), after.get(id)));
}

/** Whether every place that changed from `before` to `after` now holds what it holds in `end`. */
export function leavesAs(end: End, before: End, after: End): boolean {
  for (const id of new Set([...before.keys(), ...after.keys()])) {
    const start = (before.get(id) ?? after.get(id))?.before;
    const at = (state: End) => (state.has(id) ? state.get(id)?.after : start);
    const off = differences("", at(after), at(end)).map(({ path }) => path);
    if (differences("", at(before), at(after)).some(({ path }) => off.some((other) => overlaps(path, other)))) return false;
  }
  return true;
}

function overlaps(left: string, right: string): boolean {
  return left === right || left.startsWith(`${right}/`) || right.startsWith(`${left}/`);
}
