import { compactOf, isWordCharacter } from "./detector.ts";
import type { Detector, Span } from "./detector.ts";

const LINK = String.raw`(?:[^\p{L}\p{N}]{0,4}(?<!\p{L})(?:number|nummer|numbers|num|no|nr|numéro|número|numero|n|id|is|are|was|ist|lautet|es|est|è|code|of|the|my|travel|old|new|and|hi|bye|hello|issued|hier|here|card)(?!\p{L})){0,6}[^\p{L}\p{N}\n]{0,5}`;
/** Letters and digits; single blanks or hyphens only in front of a digit. */
const VALUE = /[A-Za-z0-9*]{1,16}(?:[ -]?\d[A-Za-z0-9*]{1,9}){0,3}(?![\p{L}\p{N}])/uy;

type Label = { kind: string; words: RegExp };

/** A label, then at most six small words up to what it names. */
function label(kind: string, words: string): Label {
  return { kind, words: new RegExp(`(?<![\\p{L}])(?:${words})(?![\\p{L}])${LINK}$`, "iu") };
}

const LABELS: readonly Label[] = [
  label("passport", String.raw`passport(?:number)?|reisepass\p{L}*|passnummer|passeport|pasaporte|passaporto|paspoort\p{L}*|paszport\p{L}*|identity card|id card|personalausweis\p{L}*|carte d.identité|carta d.identità`),
  label("driver_licence", String.raw`driv(?:er|ing)(?:'?s)? ?licen[cs]e|driver'?s?|führerschein\p{L}*|permis de conduire|patente|carn[ée] de conducir|rijbewijs\p{L}*|prawo jazdy`),
  label("bank_account", String.raw`(?:bank|banking|checking|savings|giro)[ -]?account|kontonummer|konto-?nr|account (?:number|no)|sort code|bankleitzahl|blz|cuenta|compte bancaire|conto corrente|rekeningnummer`),
  label("vehicle", String.raw`(?:licen[cs]e|number) plate|registration plate|car reg(?:istration)?|kennzeichen|plaque d.immatriculation|matr[íi]cula|targa|kenteken|plaka(?:s[ıi])?`),
];
const FEWEST = 5;
const MOST = 20;
const LOOK_BACK = 90;
const LONGEST_PREFIX = 6;
const DIGIT = /\d/g;
/** Something to look for before the patterns are tried: they are long, and most texts hold none. */
const ANY = /pass|pasaporte|paspoort|paszport|driv|führerschein|permis|patente|conducir|rijbewijs|prawo|account|konto|sort code|bankleit|blz|cuenta|compte|conto|rekening|plate|car reg|kennzeichen|plaque|matr|targa|kenteken|plaka|card|ausweis|carta|carte/i;

function startOfValue(text: string, at: number): number {
  let start = at;
  while (start > 0 && at - start < LONGEST_PREFIX && /[A-Za-z*]/.test(text.charAt(start - 1))) start -= 1;
  return start;
}

function endOfDigits(text: string, at: number): number {
  let end = at;
  while (end < text.length && text.charCodeAt(end) > 47 && text.charCodeAt(end) < 58) end += 1;
  return end;
}

/** What the words before a value say it is. */
function kindBy(before: string): string | null {
  if (!ANY.test(before)) return null;
  return LABELS.find(({ words }) => words.test(before))?.kind ?? null;
}

/**
 * Numbers without a check digit, taken for what the words before them say: passports, driving licences, bank accounts and
 * licence plates. A number without such a word stays.
 */
export const labelledDetector: Detector = {
  kind: "passport",
  find(text) {
    const spans: Span[] = [];
    DIGIT.lastIndex = 0;
    for (let match = DIGIT.exec(text); match !== null; match = DIGIT.exec(text)) {
      const start = startOfValue(text, match.index);
      VALUE.lastIndex = start;
      const value = VALUE.exec(text)?.[0] ?? "";
      const { length } = compactOf(value);
      const isLikely = length >= FEWEST && length <= MOST && /\d{2}/.test(value) && !isWordCharacter(text, start - 1);
      const kind = isLikely ? kindBy(text.slice(Math.max(0, start - LOOK_BACK), start)) : null;
      if (kind !== null) spans.push({ start, end: start + value.length, kind });
      DIGIT.lastIndex = Math.max(match.index + 1, kind === null ? endOfDigits(text, match.index) : start + value.length);
    }
    return spans;
  },
  normalise: compactOf,
};
