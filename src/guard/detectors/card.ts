import { digitsOf, isWordCharacter } from "./detector.ts";
import type { Detector, Span } from "./detector.ts";
import { isCalledRecord } from "./record-words.ts";
import { hasLuhnDigit } from "./identifiers/check-digits.ts";

/** Issuer prefixes and the lengths their numbers have (ISO/IEC 7812). */
const BRANDS: readonly { prefix: RegExp; lengths: readonly number[] }[] = [
  { prefix: /^4/, lengths: [13, 16, 19] },
  { prefix: /^(?:5[1-5]|222[1-9]|22[3-9]|2[3-6]|27[01]|2720)/, lengths: [16] },
  { prefix: /^3[47]/, lengths: [15] },
  { prefix: /^3(?:0[0-5]|[689])/, lengths: [14] },
  { prefix: /^(?:6011|64[4-9]|65)/, lengths: [16, 19] },
  { prefix: /^35/, lengths: [16] },
  { prefix: /^(?:2131|1800)/, lengths: [15] },
  { prefix: /^62/, lengths: [16, 17, 18, 19] },
  { prefix: /^(?:50|5[6-8]|6)/, lengths: [12, 13, 14, 15, 16, 17, 18, 19] },
];
const USUAL_LENGTHS = new Set([14, 15, 16]);
const SHORTEST = 12;
const LONGEST = 19;
const RUN = /\d+(?:[ \u00a0\u202f-]\d+)*/g;

function isCardNumber(digits: string): boolean {
  if (digits.length < SHORTEST || digits.length > LONGEST || /^(\d)\1+$/.test(digits)) return false;
  return BRANDS.some(({ prefix, lengths }) => prefix.test(digits) && lengths.includes(digits.length)) && hasLuhnDigit(digits);
}

/** Article and parcel numbers of unusual lengths for a card have its check digit by chance, one in ten. */
function isRecord(text: string, start: number, digits: string): boolean {
  return !USUAL_LENGTHS.has(digits.length) && isCalledRecord(text, start);
}

/** The number may stand among other groups of digits ("order 4711 4111 1111 1111 1111"), so every row of whole groups is tried. */
function findInRun(text: string, run: string, offset: number, spans: Span[]): void {
  const groups = [...run.matchAll(/\d+/g)];
  for (let first = 0; first < groups.length; first += 1) {
    let digits = "";
    for (let last = first; last < groups.length && digits.length < LONGEST; last += 1) {
      const group = groups[last];
      digits += group?.[0] ?? "";
      if (group === undefined || !isCardNumber(digits) || isRecord(text, offset + (groups[first]?.index ?? 0), digits)) continue;
      spans.push({ start: offset + (groups[first]?.index ?? 0), end: offset + group.index + group[0].length });
      first = last;
      break;
    }
  }
}

/** Payment card numbers with a known issuer prefix, its length and a right check digit; groups split by single spaces or hyphens. */
export const cardDetector: Detector = {
  kind: "card",
  find(text) {
    const spans: Span[] = [];
    for (const match of text.matchAll(RUN)) {
      if (match[0].length < SHORTEST || isWordCharacter(text, match.index - 1) || text.charAt(match.index - 1) === "+") continue;
      findInRun(text, match[0], match.index, spans);
    }
    return spans;
  },
  normalise: digitsOf,
};
