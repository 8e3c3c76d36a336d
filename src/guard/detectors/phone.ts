import { digitsOf } from "./detector.ts";
import type { Detector, Span } from "./detector.ts";
import { isNationalNumber } from "./phone-regions.ts";
import { RECORD_WORDS } from "./record-words.ts";

/** A row of groups of digits with the marks people put between them. */
const RUN = /(?<![\p{L}\p{N}_#@]|[\p{N}][.,:/-]|\p{L}-)(?:\+ ?|\((?=\+?\d))?\+?\d+(?:[ \u00a0]?[().\/-]?[ \u00a0]?[(]?\d+)*/gu;
const GROUP = /\+ ?\d+|\(\+?\d+\)?|\d+/g;
const DATE = /(?<!\d)(?:(?:19|20)\d\d[-./](?:0?[1-9]|1[0-2])[-./](?:[0-2]?\d|3[01])|(?:[0-2]?\d|3[01])[-./](?:0?[1-9]|1[0-2])[-./](?:19|20)?\d\d)(?!\d)/;
const MONEY_BEFORE = /(?:[€$£¥]|EUR|USD|GBP|CHF) ?$/;
const MONEY_OR_MORE_AFTER = /^(?:[.,:]\d| ?[€$£¥%]| ?(?:EUR|USD|GBP|CHF|PLN|kr|zł)(?!\p{L})|\p{L}|-\p{L}|_)/u;
const EXTENSION = /(?: ?x ?| ?ext(?:ension|\.)? ?)\d{1,6}(?![\p{L}\d])/iuy;
const PHONE_AFTER = /^[ -]{0,2}\(?(?:office|fax|mobile|cell|home|work|phone|tel|mobil|privat)(?!\p{L})/iu;
const LINK =
  String.raw`(?:[^\p{L}\d]{0,3}(?<!\p{L})(?:me|us|him|her|them|number|nummer|nr|no|at|on|is|ist|unter|under|my|es|est|è|id|code|ref|back|please|bitte|al|au|op|anytime|the)(?!\p{L})){0,4}[^\p{L}\d]{0,4}$`;
const PHONE_BEFORE = new RegExp(
  String.raw`(?<!\p{L})(?:(?:tele)?phone|tel|telefon\p{L}*|teléfono|telefono|téléphone|mobile?|mobil\p{L}*|cell(?:phone)?|call|ring|reach|text|sms|fax|whats ?app|handy(?:nummer)?|rufnummer|number is|numéro|número|durchwahl|answer(?:ing|s)?|dial|portable|móvil|cellulare|telefoon|telefone)${LINK}`,
  "iu",
);
const RECORD_BEFORE = new RegExp(String.raw`(?<!\p{L})(?:${RECORD_WORDS}|customer|kunden\p{L}*|account|konto\p{L}*|iban|code|pin|vat|ust\p{L}*|tax|policy|contract|vertrag\p{L}*)s?${LINK}`, "iu");
/** Two to four groups of two digits or more: what people write of a phone number, and nothing of an amount that ends in noughts. */
const IN_GROUPS = /^\(?\d{2,5}\)?(?:[ .-]|\/)\d{2,6}(?:[ .-]\d{2,4}){0,3}$/;
const BEGINS = /^(?:[\s()]|.\+|.\()/;
const ROUND = /[ .]000$/;
const LOOK_BACK = 40;
const MOST_GROUPS = 9;
const FEWEST_INTERNATIONAL = 8;
const LETTERS_NEXT = /^[ -]{0,2}[\p{L}(]/u;
const INTERNATIONAL = /^\(?(?:\+|00)/;
const FEWEST_DIGITS = 6;
const MOST_DIGITS = 15;
const LONGEST = 40;

type Context = "called" | "recorded" | "none";

/** What the words before a row of digits say it is; nothing, when other digits stand between. */
function contextOf(before: string): Context {
  if (MONEY_BEFORE.test(before) || RECORD_BEFORE.test(before)) return "recorded";
  return PHONE_BEFORE.test(before) ? "called" : "none";
}

/** National forms without a country code: a trunk zero, North America, and nine digits in threes or pairs. */
function hasNationalForm(value: string, digitCount: number): boolean {
  if (/^\(?0[1-9]/.test(value)) return digitCount >= 9 && digitCount <= 12;
  if (/^(?:1[ .-]?)?(?:\([2-9]\d\d\) ?-?|[2-9]\d\d[ .-])\d{3}[ .-]\d{4}$/.test(value)) return true;
  if (/^[6-9]\d\d[ .-]\d{3}[ .-]\d{3}$|^[6-9]\d\d(?:[ .-]\d\d){3}$/.test(value)) return true;
  return digitCount >= FEWEST_INTERNATIONAL && digitCount <= 11 && IN_GROUPS.test(value) && !ROUND.test(value) && isNationalNumber(digitsOf(value));
}

function isPhone(value: string, digitCount: number, context: Context): boolean {
  if (/^\(?\+ ?1/.test(value)) return digitCount === 11;
  if (/^\(?\+ ?[2-9]/.test(value) || (context !== "recorded" && /^00[1-9]/.test(value))) return digitCount >= FEWEST_INTERNATIONAL;
  if (context === "recorded" || !(context === "called" || hasNationalForm(value, digitCount))) return false;
  return !DATE.test(value);
}

type Group = { start: number; end: number; digitCount: number };

function groupsOf(run: string, offset: number): Group[] {
  return Array.from(run.matchAll(GROUP), ({ 0: group, index }) => ({ start: offset + index, end: offset + index + group.length, digitCount: digitsOf(group).length }));
}

/** Where an extension ("x818", "ext. 12") behind a number ends. */
function passExtension(text: string, end: number): number {
  EXTENSION.lastIndex = end;
  return end + (EXTENSION.exec(text)?.[0].length ?? 0);
}

/** The longest row of whole groups that starts with this one and is a phone number: its last group and its end in the text. */
function findLast(text: string, groups: readonly Group[], first: number, context: Context): { last: number; end: number } | null {
  const start = groups[first]?.start ?? 0;
  let longest: { last: number; end: number } | null = null;
  const isInternational = INTERNATIONAL.test(text.slice(start, start + 3));
  let digitCount = 0;
  for (let last = first; last < Math.min(groups.length, first + MOST_GROUPS); last += 1) {
    const group = groups[last];
    digitCount += group?.digitCount ?? 0;
    if (group === undefined || digitCount > MOST_DIGITS) break;
    if (digitCount < FEWEST_DIGITS || group.end - start > LONGEST) continue;
    const isLettersNext = LETTERS_NEXT.test(text.slice(group.end, group.end + 3));
    if (!isLettersNext && context === "none" && digitCount < FEWEST_INTERNATIONAL && !isInternational) continue;
    const end = isLettersNext ? passExtension(text, group.end) : group.end;
    const after = text.slice(end, end + 12);
    const isCalled = isLettersNext && PHONE_AFTER.test(after);
    if (!isPhone(text.slice(start, group.end), digitCount, isCalled ? "called" : context)) continue;
    if (isCalled || !MONEY_OR_MORE_AFTER.test(after)) longest = { last, end };
  }
  return longest;
}

/** Other numbers may stand beside the phone number, so each group may be its first. */
function findInRun(text: string, run: string, offset: number): Span[] {
  const groups = groupsOf(run, offset);
  const spans: Span[] = [];
  for (let first = 0; first < groups.length; first += 1) {
    const start = groups[first]?.start ?? 0;
    // In the middle of a number split by hyphens ("978-3-16-148410-0") none begins.
    if (first > 0 && !BEGINS.test(text.slice(start - 1, start + 2))) continue;
    const context = first === 0 ? contextOf(text.slice(Math.max(0, start - LOOK_BACK), start)) : "none";
    const found = findLast(text, groups, first, context);
    if (found === null) continue;
    spans.push({ start, end: found.end });
    first = found.last;
  }
  return spans;
}

/**
 * Phone numbers: international (+ or 00), the common national forms, groups of digits that some region gives out, and any six
 * digits after a word such as "call".
 * Dates, amounts and what is called an order, invoice or parcel number are left.
 *
 * Source: libphonenumber's metadata by libphonenumber-js (`phone-regions.ts`); ITU-T E.164 for the lengths.
 */
export const phoneDetector: Detector = {
  kind: "phone",
  find(text) {
    const spans: Span[] = [];
    for (const { 0: run, index } of text.matchAll(RUN)) {
      if (run.length >= FEWEST_DIGITS) spans.push(...findInRun(text, run, index));
    }
    return spans;
  },
  normalise: (value) => digitsOf(value.replace(/\(0\)/g, "")).replace(/^0+/, ""),
};
