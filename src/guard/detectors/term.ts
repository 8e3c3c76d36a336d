import type { Detector, Span } from "./detector.ts";
import { foldWord } from "./fold-word.ts";

const WORD = /[\p{L}\p{N}][\p{L}\p{N}\p{M}]*/gu;

type Word = { folded: string; start: number; end: number };

function wordsOf(text: string): Word[] {
  return Array.from(text.matchAll(WORD), ({ 0: word, index }) => ({ folded: foldWord(word), start: index, end: index + word.length }));
}

/**
 * A tenant's own words that no model may see: names of projects, clients, sites. Whole words, whatever their case and accents;
 * what stands between the words of one term does not matter.
 */
export function createTermDetector(terms: readonly string[]): Detector {
  const byFirst = new Map<string, string[][]>();
  for (const term of terms) {
    const words = wordsOf(term).map(({ folded }) => folded);
    const first = words[0];
    if (first !== undefined) byFirst.set(first, [...(byFirst.get(first) ?? []), words].toSorted((one, other) => other.length - one.length));
  }
  return {
    kind: "term",
    find(text) {
      if (byFirst.size === 0) return [];
      const spans: Span[] = [];
      const words = wordsOf(text);
      for (let at = 0; at < words.length; at += 1) {
        const term = byFirst.get(words[at]?.folded ?? "")?.find((parts) => parts.every((part, i) => words[at + i]?.folded === part));
        const last = words[at + (term?.length ?? 0) - 1];
        if (term === undefined || last === undefined) continue;
        spans.push({ start: words[at]?.start ?? 0, end: last.end });
        at += term.length - 1;
      }
      return spans;
    },
    normalise: (value) => wordsOf(value).map(({ folded }) => folded).join(" "),
  };
}
