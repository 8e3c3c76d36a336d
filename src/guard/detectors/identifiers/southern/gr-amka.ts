import { hasLuhnDigit, isDay, two } from "../check-digits.ts";
import type { Identifier } from "../identifier.ts";

/**
 * Social security number of Greece.
 * Source: Law 3655/2008, art. 153: day, month, year, Luhn.
 */
export const grAmka: Identifier = {
  id: "gr-amka",
  kind: "national_id",
  lengths: [11],
  form: /^\d{11}$/,
  isValid: (digits) => isDay(null, two(digits, 2), two(digits, 0)) && hasLuhnDigit(digits),
  label: String.raw`αμκα|α\.μ\.κ\.α\.?|amka`,
  standing: "message",
};
