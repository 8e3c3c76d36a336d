import { isDay, two } from "../check-digits.ts";
import type { Identifier } from "../identifier.ts";

/**
 * Resident number of South Korea, of citizens and foreigners. Since 2020 the last digits are random, so a wrong check digit is taken too.
 * Source: Resident Registration Act, enforcement rules of 2020: date of birth, digit of sex and century.
 */
export const krResident: Identifier = {
  id: "kr-resident",
  kind: "national_id",
  lengths: [13],
  form: /^\d{6}-?\d{7}$/,
  written: /^\d{6}-[1-8]\d{6}$/,
  isValid: (digits) => isDay(null, two(digits, 2), two(digits, 4)) && /^[1-8]$/.test(digits.charAt(6)) && two(digits, 7) <= 96,
  label: String.raw`rrn|frn|주민\p{L}*|외국인\p{L}*|resident registration`,
  standing: "message",
};
