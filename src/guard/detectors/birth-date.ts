import type { Detector, Span } from "./detector.ts";

const MONTH = String.raw`(?:jan|feb|mär|mar|apr|may|mai|jun|jul|aug|sep|oct|okt|nov|dec|dez|déc|fév|avr|juin|juil|août|ene|abr|ago|dic|gen|giu|lug|ott|mag|set)\p{L}{0,7}\.?`;
const DATE = String.raw`(?:\d{1,2}[-./ ]{1,2}\d{1,2}[-./ ]{1,2}\d{2,4}|\d{4}[-./]\d{1,2}[-./]\d{1,2}|\d{1,2}(?:st|nd|rd|th|\.|er|º)? (?:of |de )?${MONTH},? (?:de )?\d{2,4}|${MONTH} \d{1,2}(?:st|nd|rd|th)?,? \d{2,4})`;
const WORDS = String.raw`born|birth(?:day|date)?|date of birth|d\.?o\.?b\.?|geboren|geburtsdatum|geburtstag|geb\.|née?|date de naissance|naissance|nacid[oa]|nacimiento|nat[oa]|data di nascita|nascita|nascid[oa]|nascimento|geboortedatum|geboren op|urodz\p{L}*|fødselsdato|född|syntymä\p{L}*`;
const LINK = String.raw`(?:[^\p{L}\p{N}]{0,4}(?<!\p{L})(?:is|was|on|the|am|ist|war|le|el|il|em|op|date|of|my|her|his|it|s|in|and|dem|lautet|es|est|de|data|del)(?!\p{L})){0,5}[^\p{L}\p{N}]{0,4}`;
const LABELLED = new RegExp(`(?<!\\p{L})(?:${WORDS})(?!\\p{L})${LINK}(${DATE})(?!\\d)`, "giu");
const HINT = /born|birth|d\.?o\.?b|gebor|gebur|geb\.|né|naiss|nacid|nacim|nat[oa]|nasc|geboort|urodz|fødsel|född|syntym/i;

/** Dates of birth: a date behind a word for birth. Any other date stays. */
export const birthDateDetector: Detector = {
  kind: "birth_date",
  find(text) {
    if (!HINT.test(text)) return [];
    const spans: Span[] = [];
    for (const { 0: whole, 1: date, index } of text.matchAll(LABELLED)) {
      if (date === undefined) continue;
      const end = index + whole.length;
      spans.push({ start: end - date.length, end });
    }
    return spans;
  },
  normalise: (value) => value.toLowerCase().replace(/[^\p{L}\p{N}]+/gu, " ").trim(),
};
