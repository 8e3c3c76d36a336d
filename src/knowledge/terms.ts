import { stemmer } from "stemmer";
import { BASE_FORMS, LIGHT_WORDS, STOP_WORDS, SYNONYMS } from "./english-words.ts";

/** A word as it was written: `word` folded (lower case, no diacritics), offsets in UTF-16 units. */
export type Word = { word: string; start: number; end: number };

const WORD = /[\p{L}\p{N}\p{M}]+(?:['’][\p{L}\p{M}]+)*|[€£$%]/gu;
/** Signs that are said as words. */
const SIGNS = new Map([["€", "euro"], ["£", "pound"], ["$", "dollar"], ["%", "percent"], ["eur", "euro"], ["gbp", "pound"], ["usd", "dollar"]]);
const LONGEST_STEMMED = 40;
const STEM_CACHE_SIZE = 100_000;
const stems = new Map<string, string>();

/** Letters of languages that are written without blanks between words. */
const UNSPACED = "\\p{Script=Han}\\p{Script=Hiragana}\\p{Script=Katakana}\\u30fc\\p{Script=Thai}\\p{Script=Lao}\\p{Script=Khmer}\\p{Script=Myanmar}";
const HAS_UNSPACED = new RegExp(`[${UNSPACED}]`, "u");
const RUN = new RegExp(`[${UNSPACED}]+|[^${UNSPACED}]+`, "gu");

/** The words of a text in order; where none are told apart by blanks (Chinese, Japanese, Thai), every two neighbouring letters. Linear in the length. */
export function wordsOf(text: string): Word[] {
  const found: Word[] = [];
  for (const match of text.matchAll(WORD)) {
    if (HAS_UNSPACED.test(match[0])) for (const run of match[0].matchAll(RUN)) found.push(...pairsOf(run[0], match.index + run.index));
    else found.push({ word: foldWord(match[0]), start: match.index, end: match.index + match[0].length });
  }
  return found;
}

/** A run of such letters as overlapping pairs, as other search engines take them; another run as the one word it is. */
function pairsOf(run: string, start: number): Word[] {
  const letters = HAS_UNSPACED.test(run) ? Array.from(run) : [run];
  const pairs: Word[] = [];
  for (let at = 0, from = start; at < Math.max(1, letters.length - 1); at += 1) {
    const pair = `${letters[at] ?? ""}${letters[at + 1] ?? ""}`;
    pairs.push({ word: foldWord(pair), start: from, end: from + pair.length });
    from += letters[at]?.length ?? 0;
  }
  return pairs;
}

/** Lower case, straight apostrophe, no diacritics. */
export function foldWord(text: string): string {
  const lower = text.toLowerCase();
  if (!/[^ -~]/.test(lower)) return SIGNS.get(lower) ?? lower;
  return SIGNS.get(lower) ?? lower.replaceAll("’", "'").normalize("NFD").replace(/[\u0300-\u036f]+/g, "").normalize("NFC");
}

/** The Porter stem of a folded word, from a cache bounded by count. */
export function stemOf(word: string): string {
  const known = stems.get(word);
  if (known !== undefined) return known;
  const base = BASE_FORMS.get(word) ?? word.replace(/'s$/, "");
  const stem = base.length > LONGEST_STEMMED || /\d/.test(base) ? base.slice(0, LONGEST_STEMMED) : stemmer(base);
  if (stems.size >= STEM_CACHE_SIZE) stems.clear();
  stems.set(word, stem);
  return stem;
}

const lightStems = new Set([...LIGHT_WORDS].map(stemOf));

/** Whether a term (see `termsOf`) narrows a question only a little: an everyday word, an adverb, a single letter. */
export function isLightTerm(term: string): boolean {
  return lightStems.has(term) || term.length === 1 || (term.length > 5 && term.endsWith("li"));
}

type Phrase = { rest: string[]; canonical: string };

const single = new Map<string, string>();
const phrases = new Map<string, Phrase[]>();
for (const group of SYNONYMS) {
  const canonical = stemOf(group[0] ?? "");
  for (const entry of group) {
    const [first = "", ...rest] = entry.split(" ").map(stemOf);
    if (rest.length === 0) single.set(first, canonical);
    else phrases.set(first, [...(phrases.get(first) ?? []), { rest, canonical }]);
  }
}

/** The term a single word is matched by. */
export function canonicalTerm(word: string): string {
  const stem = stemOf(word);
  return single.get(stem) ?? stem;
}

/** A word of the text as matched: `term` is the stem of its group of synonyms, `word` its place in the text. */
export type Term = { term: string; word: number };

/** Words from the verb to its "back", the verb included. */
const MAX_GAP = 4;
const SKIPPED = new Set(["it", "them", "this", "that", "these", "those", "my", "the", "him", "her"]);

/**
 * The informative terms of a text in order: stop words dropped, stems taken, synonyms and phrases brought to one term.
 *
 * Shapes: `word` indexes the words given. Replay: pure.
 */
export function termsOf(words: readonly Word[]): Term[] {
  const terms: Term[] = [];
  let from = 0;
  let to = -1;
  for (let at = 0; at < words.length; at += 1) {
    const word = words[at]?.word ?? "";
    if (at >= from && at <= to) continue;
    const stem = stemOf(word);
    const phrase = phraseAt(words, at, stem);
    if (phrase) {
      terms.push({ term: phrase.canonical, word: at });
      from = phrase.from;
      to = phrase.last;
    } else if (!STOP_WORDS.has(word)) {
      const canonical = canonicalTerm(word);
      terms.push({ term: canonical, word: at });
    }
  }
  return terms;
}

/** The phrase of the synonym table that begins at this word, and where its other words stand; the longest wins. */
function phraseAt(words: readonly Word[], at: number, stem: string): { canonical: string; from: number; last: number } | null {
  let best: { canonical: string; from: number; last: number } | null = null;
  for (const phrase of phrases.get(stem) ?? []) {
    let next = at + 1;
    const first = phrase.rest[0] ?? "";
    if (first === "back") while (next < at + MAX_GAP && words[next] && words[next]?.word !== first) next += 1;
    else if (SKIPPED.has(words[next]?.word ?? "") && stemOf(words[next]?.word ?? "") !== first) next += 1;
    const isHere = phrase.rest.every((part, index) => stemOf(words[next + index]?.word ?? "") === part);
    const last = next + phrase.rest.length - 1;
    if (isHere && (best === null || last > best.last)) best = { canonical: phrase.canonical, from: next, last };
  }
  return best;
}

const LONGEST_INDEXED = 64;

/**
 * A text as the lexical indexes hold it and are asked: its terms as plain words, so that synonyms and phrases are one term
 * with one rarity. A text of stop words alone ("Who we are") keeps its stems. Replay: pure; linear in the length.
 */
export function indexTerms(text: string): string[] {
  const words = wordsOf(text);
  const terms = termsOf(words).map(({ term }) => term);
  const kept = terms.length > 0 ? terms : words.map(({ word }) => stemOf(word));
  return kept.filter((term) => term.length <= LONGEST_INDEXED).map((term) => (term.includes("'") ? term.replaceAll("'", "") : term));
}
