import { LATIN_PROFILES, SCRIPTS } from "./language-profiles.ts";

/** When nothing tells the language (ISO 639-2). */
export const UNDETERMINED = "und";

const READ_CHARACTERS = 2_000;
const WORD_POINTS = 3;
const LETTER_POINTS = 2.5;
const CLUSTER_POINTS = 0.4;
const LEAST_POINTS = 1.2;
const LATIN_LETTER = /\p{Script=Latin}/gu;

type Points = ReadonlyMap<string, readonly { profile: number; points: number }[]>;

/** A sign shared by k languages gives each of them 1/k of its points. */
function shareOut(signsOf: readonly (readonly string[])[], points: number): Points {
  const holders = new Map<string, Set<number>>();
  signsOf.forEach((signs, profile) => signs.forEach((sign) => holders.set(sign, (holders.get(sign) ?? new Set()).add(profile))));
  return new Map([...holders].map(([sign, profiles]) => [sign, [...profiles].map((profile) => ({ profile, points: points / profiles.size }))]));
}

const WORDS = shareOut(LATIN_PROFILES.map(({ words }) => words.split(" ")), WORD_POINTS);
const LETTERS = shareOut(LATIN_PROFILES.map(({ letters }) => [...letters]), LETTER_POINTS);
const CLUSTERS = shareOut(LATIN_PROFILES.map(({ clusters }) => clusters.split(" ")), CLUSTER_POINTS);

function countMatches(text: string, pattern: RegExp): number {
  return text.match(pattern)?.length ?? 0;
}

function detectScript(text: string, latin: number): string | null {
  for (const { language, letters } of SCRIPTS) {
    const found = countMatches(text, letters);
    if (found === 0) continue;
    if (language === "uk" && /[ыэъё]/u.test(text)) continue;
    if ((language === "uk" || language === "fa" ? found * 40 : found * 2) > latin) return language;
  }
  return null;
}

function detectLatin(text: string): string | null {
  const totals = new Float64Array(LATIN_PROFILES.length);
  const add = (table: Points, sign: string): void => {
    for (const { profile, points } of table.get(sign) ?? []) totals[profile] = (totals[profile] ?? 0) + points;
  };
  for (const word of text.match(/[\p{L}\p{M}]+(?:['’]\p{L}+)?/gu) ?? []) {
    add(WORDS, word.replace("’", "'"));
    for (let start = 0; start < word.length; start += 1) {
      for (let length = 1; length <= 4 && start + length <= word.length; length += 1) add(CLUSTERS, word.slice(start, start + length));
    }
  }
  for (const letter of text.match(/[^ -~]/gu) ?? []) add(LETTERS, letter);
  let best = 0;
  totals.forEach((total, profile) => {
    if (total > (totals[best] ?? 0)) best = profile;
  });
  return (totals[best] ?? 0) >= LEAST_POINTS ? (LATIN_PROFILES[best]?.language ?? null) : null;
}

/**
 * The language of a text, or `und`.
 *
 * Shapes: returns an ISO 639-1 code: en, de, fr, es, it, nl, pt, sv, da, no, pl by words, letters and clusters;
 * ja, ko, zh, uk, ru, el, he, fa, ar, hi, th by script. Reads the first 2,000 characters.
 * Replay: pure.
 */
export function detectLanguage(text: string): string {
  const head = text.slice(0, READ_CHARACTERS).replace(/\[[A-Z_]+_\d+\]|https?:\S+|\S+@\S+/g, " ").normalize("NFC").toLowerCase();
  const latin = countMatches(head, LATIN_LETTER);
  return detectScript(head, latin) ?? (latin === 0 ? null : detectLatin(head)) ?? UNDETERMINED;
}
