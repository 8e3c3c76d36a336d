import type { Passage } from "../retrieve.ts";
import { foldWord, isLightTerm, stemOf, termsOf, wordsOf } from "../terms.ts";

/**
 * The kinds of a thing that the passages speak of, as they write them, those in most passages first: for "loan" "VA loan",
 * "home loan", "direct loan".
 *
 * Shapes: each kind once by its stem; the word before the thing names the kind, numbers and everyday words do not. By the word
 * itself, not its synonyms: "free shipping" and "express delivery" are no kinds of one thing. Replay: pure.
 */
export function kindsOf(word: string, passages: readonly Pick<Passage, "text">[]): string[] {
  const thing = stemOf(foldWord(word));
  if (isLightTerm(thing)) return [];
  const kinds = new Map<string, { text: string; passages: Set<number> }>();
  for (const [place, { text }] of passages.entries()) {
    const words = wordsOf(text);
    const telling = new Set(termsOf(words).map((term) => term.word));
    for (const [at, here] of words.entries()) {
      const before = words[at - 1];
      if (before === undefined || stemOf(here.word) !== thing || text.slice(before.end, here.start) !== " ") continue;
      const kind = stemOf(before.word);
      if (!telling.has(at - 1) || kind === thing || isLightTerm(kind) || /\d/.test(kind)) continue;
      const known = kinds.get(kind) ?? { text: text.slice(before.start, here.end), passages: new Set() };
      known.passages.add(place);
      kinds.set(kind, known);
    }
  }
  return [...kinds.values()].sort((left, right) => right.passages.size - left.passages.size).map((kind) => kind.text);
}
