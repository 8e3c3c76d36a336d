import { hasLuhnDigit, isDay, two } from "../check-digits.ts";
import type { Identifier } from "../identifier.ts";

/**
 * Personal number of Sweden, and its organisation number, which has the same form.
 * Source: Skatteverket SKV 704 and SKV 709: Luhn over the last ten digits; a coordination number adds 60 to the day.
 */
export const sePersonalNumber: Identifier = {
  id: "se-personal-number",
  kind: "national_id",
  lengths: [10, 12],
  form: /^(?:1[89]|20)?\d{6}[-+]?\d{4}$/,
  written: /^(?:(?:18|19|20)\d{2}[0-3]\d[0-9]\d|\d{6})[-+]\d{4}$/,
  isValid: (text) => {
    const digits = text.slice(-10);
    const isCompany = text.length === 10 && two(digits, 2) >= 20;
    return hasLuhnDigit(digits) && (isCompany || isDay(null, two(digits, 2), two(digits, 4) % 60)) && (text.length === 10 || /^(?:1[89]|20[01]|202[0-6])/.test(text));
  },
  label: String.raw`person-?(?:nummer|nr)|samordnings\p{L}*|org(?:anisations)?-?(?:nummer|nr)|personal identity|pnr`,
  standing: "message",
};
