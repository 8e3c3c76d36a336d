/** A found value: `text.slice(start, end)`, in UTF-16 units. */
export type Span = { start: number; end: number };

/**
 * Finds one kind of personal value.
 *
 * Shapes: `find` returns spans in the order of the text that do not overlap; `normalise` gives two spellings of one value the same text.
 * Units: linear in the length of the text.
 * Replay: pure, never throws.
 */
export type Detector = {
  /** Lower case, letters and `_` only; the placeholder shows it in capitals. */
  kind: string;
  find(text: string): Span[];
  normalise(value: string): string;
};

/** A letter or digit of any script, as far as one UTF-16 unit tells. */
export function isWordCharacter(text: string, at: number): boolean {
  return at >= 0 && at < text.length && /[\p{L}\p{N}]/u.test(text.charAt(at));
}

export function digitsOf(text: string): string {
  return text.replace(/\D+/g, "");
}
