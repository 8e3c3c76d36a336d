import { compactOf, withoutOverlaps } from "./detector.ts";
import type { Detector, Span } from "./detector.ts";

const LINK = String.raw`(?:[^\p{L}\p{N}]{0,4}(?<!\p{L})(?:number|nummer|numbers|num|no|nr|numéro|número|numero|n|id|is|are|was|ist|lautet|es|est|è|code|of|the|my|travel|old|new|and|hi|bye|hello|issued|hier|here|card)(?!\p{L})){0,6}[^\p{L}\p{N}\n]{0,5}`;
/** Six to fifteen letters and digits, a digit among the first nine; single blanks or hyphens only between digits. */
const VALUE = String.raw`(?=[^\d\n]{0,8}\d)([A-Za-z0-9*]{1,10}(?:[ -]?\d[A-Za-z0-9*]{1,9}){0,3})(?![\p{L}\p{N}])`;

type Label = { kind: string; words: RegExp };

/** A label, then at most six small words, then what it names. */
function label(kind: string, words: string): Label {
  return { kind, words: new RegExp(`(?<![\\p{L}])(?:${words})(?![\\p{L}])${LINK}${VALUE}`, "giu") };
}

const LABELS: readonly Label[] = [
  label("passport", String.raw`passport(?:number)?|reisepass\p{L}*|passnummer|passeport|pasaporte|passaporto|paspoort\p{L}*|paszport\p{L}*|identity card|id card|personalausweis\p{L}*|carte d.identité|carta d.identità`),
  label("driver_licence", String.raw`driv(?:er|ing)(?:'?s)? ?licen[cs]e|driver'?s?|führerschein\p{L}*|permis de conduire|patente|carn[ée] de conducir|rijbewijs\p{L}*|prawo jazdy`),
  label("bank_account", String.raw`(?:bank|banking|checking|savings|giro)[ -]?account|kontonummer|konto-?nr|account (?:number|no)|sort code|bankleitzahl|blz|cuenta|compte bancaire|conto corrente|rekeningnummer`),
  label("vehicle", String.raw`(?:licen[cs]e|number) plate|registration plate|car reg(?:istration)?|kennzeichen|plaque d.immatriculation|matr[íi]cula|targa|kenteken|plaka(?:s[ıi])?`),
];
const FEWEST = 5;
const MOST = 20;
/** Something to look for before the patterns are tried: they are long, and most texts hold none. */
const ANY = /pass|pasaporte|paspoort|paszport|driv|führerschein|permis|patente|conducir|rijbewijs|prawo|account|konto|sort code|bankleit|blz|cuenta|compte|conto|rekening|plate|car reg|kennzeichen|plaque|matr|targa|kenteken|plaka|card|ausweis|carta|carte/i;

/**
 * Numbers without a check digit, taken for what the words before them say: passports, driving licences, bank accounts and
 * licence plates. A number without such a word stays.
 */
export const labelledDetector: Detector = {
  kind: "passport",
  find(text) {
    if (!ANY.test(text)) return [];
    const spans: Span[] = [];
    for (const { kind, words } of LABELS) {
      for (const { 0: whole, 1: value, index } of text.matchAll(words)) {
        if (value === undefined) continue;
        const { length } = compactOf(value);
        const end = index + whole.length;
        if (length >= FEWEST && length <= MOST && /\d{2}/.test(value)) spans.push({ start: end - value.length, end, kind });
      }
    }
    return withoutOverlaps(spans);
  },
  normalise: compactOf,
};
