/** A found value: `text.slice(start, end)`, in UTF-16 units; `kind` where a detector knows several. */
export type Span = { start: number; end: number; kind?: string };

/**
 * Finds one kind of personal value, or a family of kinds.
 *
 * Shapes: `find` returns spans in the order of the text that do not overlap; `normalise` gives two spellings of one value the same text.
 * Units: linear in the length of the text.
 * Replay: pure, never throws.
 */
export type Detector = {
  /** Lower case, letters and `_` only; the placeholder shows it in capitals. What a span says of itself goes before. */
  kind: string;
  find(text: string): Span[];
  normalise(value: string): string;
  /** Where a surer detector takes a part, the rest is still taken. */
  isDivisible?: boolean;
};

/** A letter or digit of any script, as far as one UTF-16 unit tells. */
export function isWordCharacter(text: string, at: number): boolean {
  if (at < 0 || at >= text.length) return false;
  const code = text.charCodeAt(at);
  if (code < 128) return (code > 47 && code < 58) || (code > 64 && code < 91) || (code > 96 && code < 123);
  return /[\p{L}\p{N}]/u.test(text.charAt(at));
}

export function digitsOf(text: string): string {
  return text.replace(/\D+/g, "");
}

/** Letters and digits in capitals: what two spellings of one number share. */
export function compactOf(text: string): string {
  return text.replace(/[^a-z0-9]+/gi, "").toUpperCase();
}

/** Spans in the order of the text, the longer of two that begin together first, without those that touch an earlier one. */
export function withoutOverlaps<T extends Span>(spans: readonly T[]): T[] {
  const kept: T[] = [];
  for (const span of spans.toSorted((one, other) => one.start - other.start || other.end - one.end)) if (span.start >= (kept.at(-1)?.end ?? 0)) kept.push(span);
  return kept;
}
