import type { Detector, Span } from "./detector.ts";
import { foldText } from "./fold-text.ts";

/** A value in the text; `plain` is how the detector read it, after signs that hide it were undone. */
export type FoundValue = { start: number; end: number; kind: string; plain: string };

type Found = Span & { kind: string };

/** What of a span no surer one takes, in its place; returns where among the surer ones to go on. */
function pushAround(merged: Found[], first: readonly Found[], from: number, span: Found): number {
  let next = from;
  let { start } = span;
  for (let one = first[next]; one !== undefined && one.start < span.end; one = first[next]) {
    if (start < one.start) merged.push({ ...span, start, end: one.start });
    // One that reaches beyond may stand in the way of the next span too.
    if (one.end > span.end) return next;
    merged.push(one);
    start = one.end;
    next += 1;
  }
  if (start < span.end) merged.push({ ...span, start });
  return next;
}

/** Spans of both lists in order, without those of the second that touch one of the first. Both are sorted and free of overlaps. */
function mergeFound(first: readonly Found[], second: readonly Found[], isDivisible: boolean): Found[] {
  if (second.length === 0) return [...first];
  const merged: Found[] = [];
  let next = 0;
  for (const span of second) {
    for (let one = first[next]; one !== undefined && one.end <= span.start; one = first[next]) {
      merged.push(one);
      next += 1;
    }
    const blocking = first[next];
    if (blocking === undefined || blocking.start >= span.end) merged.push(span);
    else if (isDivisible) next = pushAround(merged, first, next, span);
  }
  for (; next < first.length; next += 1) {
    const one = first[next];
    if (one !== undefined) merged.push(one);
  }
  return merged;
}

/** What was left over from a division begins and ends with a letter or digit, or is nothing. */
function trimmed(text: string, start: number, end: number, kind: string): Found[] {
  let [from, to] = [start, end];
  while (from < to && /[\s,;]/.test(text.charAt(from))) from += 1;
  while (to > from && /[\s,;]/.test(text.charAt(to - 1))) to -= 1;
  return from < to ? [{ start: from, end: to, kind }] : [];
}

/**
 * What all detectors find; where two touch the earlier in the list wins. Signs that hide a value from them are undone first.
 *
 * Shapes: in the order of the text, without overlaps; places are of the text as given.
 * Units: linear.
 */
export function findValues(text: string, detectors: readonly Detector[]): FoundValue[] {
  const folded = foldText(text);
  let found: Found[] = [];
  for (const { kind, find, isDivisible = false } of detectors) {
    const spans = find(folded.text);
    if (spans.length > 0) found = mergeFound(found, spans.map((span) => ({ ...span, kind: span.kind ?? kind })), isDivisible);
  }
  return found.flatMap(({ start, end, kind }) => trimmed(folded.text, start, end, kind)).map(({ start, end, kind }) => ({ start: folded.placeOf(start), end: folded.placeOf(end), kind, plain: folded.text.slice(start, end) }));
}
