import type { Placeholder } from "../redactor.ts";
import { isWordCharacter } from "./detector.ts";
import type { Detector, Span } from "./detector.ts";

/** Shorter ones are codes and parts of names that stand in other words' places too often. */
const SHORTEST = 4;
/** How many first characters values are looked up by: 10,000 phone numbers of one prefix differ behind it. */
const KEY_LENGTHS = [14, 9, 6, SHORTEST];

function keyOf(value: string): string {
  return value.slice(0, KEY_LENGTHS.find((length) => value.length >= length) ?? 0);
}

/**
 * Values that were hidden before in the case, as they were written: what was a passport number behind its word is one without it,
 * when a check repeats it or the contact does.
 *
 * Units: linear in the text, and in the known values once.
 */
export function createKnownValueDetector(known: readonly Placeholder[]): Detector {
  const byKey = new Map<string, { value: string; kind: string }[]>();
  for (const { value, kind } of known) {
    if (value.length < SHORTEST || kind === "literal") continue;
    const same = byKey.get(keyOf(value));
    if (same === undefined) byKey.set(keyOf(value), [{ value, kind }]);
    else same.push({ value, kind });
  }
  for (const same of byKey.values()) same.sort((one, other) => other.value.length - one.value.length);
  const lengths = KEY_LENGTHS.filter((length) => [...byKey.keys()].some((key) => key.length === length));
  const valueAt = (text: string, at: number): Span | null => {
    for (const length of lengths) {
      const found = byKey.get(text.slice(at, at + length))?.find(({ value }) => text.startsWith(value, at) && !isWordCharacter(text, at + value.length));
      if (found !== undefined) return { start: at, end: at + found.value.length, kind: found.kind };
    }
    return null;
  };
  return {
    kind: "known",
    isDivisible: true,
    find(text) {
      const spans: Span[] = [];
      if (byKey.size === 0) return spans;
      for (let at = 0; at < text.length; at += 1) {
        const span = isWordCharacter(text, at - 1) ? null : valueAt(text, at);
        if (span === null) continue;
        spans.push(span);
        at = span.end - 1;
      }
      return spans;
    },
    normalise: (value) => value,
  };
}
