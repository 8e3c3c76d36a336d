import type { Detector, Span } from "./detector.ts";
import { foldWord } from "./fold-word.ts";
import { isLetterUnit } from "./word-starts.ts";
import { PLAIN_WORDS } from "./plain-words.ts";

type Word = { folded: string; start: number; end: number };

const WORD = /\p{L}[\p{L}\p{M}]*/gu;
/** Scripts written without spaces between words: a name is found anywhere. */
const UNSPACED = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{Script=Thai}]/u;
const PARTICLES = new Set("de da do dos das di del della der den van von vom zu zum la le les el al bin ibn mac mc st san y e and und dr mr mrs ms herr frau prof jr sr".split(" "));
const SHORTEST_LOOSE = 3;
const LONGEST_NAME = 160;

function wordsOf(text: string): Word[] {
  return Array.from(text.matchAll(WORD), ({ 0: word, index }) => ({ folded: foldWord(word), start: index, end: index + word.length }));
}

/** Whether a single part of a name is meant here: short parts and plain words only with a capital letter, plain words not at the start of a sentence. */
function isMeant(text: string, word: Word): boolean {
  const isPlain = PLAIN_WORDS.has(word.folded);
  if (!isPlain && word.folded.length >= SHORTEST_LOOSE) return true;
  const first = text.charAt(word.start);
  if (first === first.toLowerCase()) return false;
  return !isPlain || /[\p{L},;)] ?$/u.test(text.slice(Math.max(0, word.start - 2), word.start));
}

/** A whole name of plain words ("Will Grant") is one only with a capital letter. */
function isWrittenAsName(text: string, words: readonly Word[]): boolean {
  return words.some(({ folded, start }) => !PLAIN_WORDS.has(folded) || text.charAt(start) !== text.charAt(start).toLowerCase());
}

type Known = { wholes: Map<string, string[][]>; parts: Set<string>; unspaced: string[] };

function readNames(names: readonly string[]): Known {
  const known: Known = { wholes: new Map(), parts: new Set(), unspaced: [] };
  for (const name of names) {
    if (UNSPACED.test(name)) {
      if ([...name.trim()].length >= 2) known.unspaced.push(name.trim());
      continue;
    }
    const words = wordsOf(name).map(({ folded }) => folded);
    const first = words[0];
    if (first === undefined) continue;
    if (words.length > 1) known.wholes.set(first, [...(known.wholes.get(first) ?? []), words].toSorted((one, other) => other.length - one.length));
    for (const word of words) if (word.length >= 2 && !PARTICLES.has(word)) known.parts.add(word);
  }
  return known;
}

/** Only blanks, hyphens, dots and apostrophes may stand between the parts of one name. */
function isTogether(text: string, end: number, start: number): boolean {
  return start - end <= 3 && /^[\s.'’-]*$/.test(text.slice(end, start));
}

function nextWord(text: string, from: number): number {
  let at = from;
  while (at < text.length && !isLetterUnit(text.charCodeAt(at))) at += 1;
  return at;
}

function endOfWord(text: string, from: number): number {
  let at = from + 1;
  while (at < text.length && isLetterUnit(text.charCodeAt(at))) at += 1;
  return at;
}

/** Most words are passed over by their first letter; letters with accents are looked at. */
function couldBegin(code: number, firstLetters: ReadonlySet<number>): boolean {
  return code > 127 || firstLetters.has(code | 32);
}

/** A whole name, or else a part of one, that begins with the word at a place. */
function findAt(text: string, start: number, end: number, { wholes, parts }: Pick<Known, "wholes" | "parts">): Span | null {
  const folded = foldWord(text.slice(start, end));
  const isFirst = wholes.has(folded);
  if (!isFirst && !parts.has(folded)) return null;
  const words = isFirst ? wordsOf(text.slice(start, start + LONGEST_NAME)).map((word) => ({ ...word, start: word.start + start, end: word.end + start })) : [{ folded, start, end }];
  const length = isFirst ? matchWhole(text, words, 0, wholes) : 0;
  const last = words[length - 1];
  if (last !== undefined && isWrittenAsName(text, words.slice(0, length))) return { start, end: last.end };
  return parts.has(folded) && isMeant(text, { folded, start, end }) ? { start, end } : null;
}

function matchWhole(text: string, words: readonly Word[], at: number, wholes: Known["wholes"]): number {
  for (const whole of wholes.get(words[at]?.folded ?? "") ?? []) {
    const isSame = whole.every((folded, i) => {
      const word = words[at + i];
      return word?.folded === folded && (i === 0 || isTogether(text, words[at + i - 1]?.end ?? 0, word.start));
    });
    if (isSame) return whole.length;
  }
  return 0;
}

/**
 * Finds the names a case is known to be about: whole names first, then their parts, whatever the case and accents.
 *
 * Shapes: `names` as in the contact's record, "Zoë van der Berg"; particles and single letters alone are no name.
 */
export function createNameDetector(names: readonly string[]): Detector {
  const { wholes, parts, unspaced } = readNames(names);
  const firstLetters = new Set([...wholes.keys(), ...parts].map((word) => word.charCodeAt(0)));
  return {
    kind: "name",
    find(text) {
      const spans: Span[] = [];
      for (const name of unspaced) {
        for (let at = text.indexOf(name); at !== -1; at = text.indexOf(name, at + name.length)) spans.push({ start: at, end: at + name.length });
      }
      if (parts.size === 0) return spans.toSorted((one, other) => one.start - other.start);
      for (let at = nextWord(text, 0); at < text.length; ) {
        const wordEnd = endOfWord(text, at);
        const isWorth = couldBegin(text.charCodeAt(at), firstLetters);
        const found = isWorth ? findAt(text, at, wordEnd, { wholes, parts }) : null;
        if (found !== null) spans.push(found);
        at = nextWord(text, found?.end ?? wordEnd);
      }
      return spans.toSorted((one, other) => one.start - other.start);
    },
    normalise: (value) => wordsOf(value).map(({ folded }) => folded).join(" ") || value,
  };
}
