import { isDay, two } from "../check-digits.ts";
import type { Identifier } from "../identifier.ts";

const WEIGHTS = [2, 1, 2, 5, 7, 1, 2, 1, 2, 1, 2, 1];
/** Insurers, and the two that stand for abroad. */
const AREAS = new Set("02 03 04 08 09 10 11 12 13 14 15 16 17 18 19 20 21 23 24 25 26 28 29 38 39 40 42 43 44 45 46 47 48 49 50 51 52 53 54 55 56 57 58 59 60 61 62 63 64 65 66 67 68 69 70 71 72 73 74 75 76 77 78 79 80 81 82 89".split(" "));

/** A day that was taken is counted on from 33 or from 65. */
function isBirthDay(day: number, month: number): boolean {
  return (day === 0 || isDay(null, month, day > 64 ? day - 64 : day > 32 ? day - 32 : day) || day <= 31) && month <= 12 && day <= 95;
}

function hasDigit(text: string): boolean {
  const digits = `${text.slice(0, 8)}${String(text.charCodeAt(8) - 64).padStart(2, "0")}${text.slice(9, 11)}`;
  let sum = 0;
  for (let i = 0; i < WEIGHTS.length; i += 1) {
    const product = (digits.charCodeAt(i) - 48) * (WEIGHTS[i] ?? 0);
    sum += Math.floor(product / 10) + (product % 10);
  }
  return sum % 10 === text.charCodeAt(11) - 48;
}

/**
 * Pension insurance number of Germany.
 * Source: § 147 SGB VI; Deutsche Rentenversicherung, VKVV § 2 and § 4: weights 2, 1, 2, 5, 7, 1, 2, 1, 2, 1, 2, 1, cross sums, modulo 10.
 */
export const deSocialSecurity: Identifier = {
  id: "de-social-security",
  kind: "national_id",
  lengths: [12],
  form: /^\d{2} ?\d{6} ?[A-Z] ?\d{3}$/,
  isValid: (text) => AREAS.has(text.slice(0, 2)) && isBirthDay(two(text, 2), two(text, 4)) && hasDigit(text),
  label: String.raw`rvnr|sv-?nummer|rentenversicher\p{L}*|sozialversicher\p{L}*|versicherungsnummer`,
  standing: "anywhere",
};
