/** The words of a text for comparing: letters and digits, in lower case. */
export function wordsOf(text: string): string[] {
  return text.normalize("NFKC").toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [];
}

/** How often each word stands in both, at most as often as in either. */
export function sharedWords(one: readonly string[], other: readonly string[]): number {
  const counts = new Map<string, number>();
  for (const word of other) counts.set(word, (counts.get(word) ?? 0) + 1);
  let shared = 0;
  for (const word of one) {
    const left = counts.get(word) ?? 0;
    if (left > 0) shared += 1;
    counts.set(word, left - 1);
  }
  return shared;
}

/** Share of the reference's words that were found: 0..1; 1 for an empty reference. */
export function recallOf(reference: readonly string[], found: readonly string[]): number {
  return reference.length === 0 ? 1 : sharedWords(reference, found) / reference.length;
}

/** Dice's measure of two lists of words: 0..1. */
export function similarityOf(one: readonly string[], other: readonly string[]): number {
  return one.length + other.length === 0 ? 1 : (2 * sharedWords(one, other)) / (one.length + other.length);
}
