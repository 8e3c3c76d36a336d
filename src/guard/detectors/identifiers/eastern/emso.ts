import { isDay, two, weighted } from "../check-digits.ts";
import type { Identifier } from "../identifier.ts";

/**
 * Citizen number of Slovenia and the other states that were Yugoslavia (EMŠO, JMBG).
 * Source: Zakon o centralnem registru prebivalstva, 10. člen: weights 7 to 2 twice, modulo 11.
 */
export const emso: Identifier = {
  id: "emso",
  kind: "national_id",
  lengths: [13],
  form: /^\d{13}$/,
  isValid: (digits) => isDay(null, two(digits, 2), two(digits, 0)) && (11 - (weighted(digits, [7, 6, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2]) % 11)) % 11 === digits.charCodeAt(12) - 48,
  label: String.raw`em[šs]o|jmbg`,
  standing: "message",
};
