import { isDay, two, weighted } from "../check-digits.ts";
import type { Identifier } from "../identifier.ts";

/**
 * Social insurance number of Austria.
 * Source: § 31 Abs. 4 ASVG; Dachverband der Sozialversicherungsträger: weights 3, 7, 9, 5, 8, 4, 2, 1, 6, modulo 11.
 */
export const atSocialSecurity: Identifier = {
  id: "at-social-security",
  kind: "national_id",
  lengths: [10],
  form: /^[1-9]\d{3}[ /-]?\d{6}$/,
  isValid: (digits) => isDay(null, Math.min(two(digits, 6), 12), two(digits, 4)) && (weighted(digits, [3, 7, 9, 0, 5, 8, 4, 2, 1, 6]) % 11) === digits.charCodeAt(3) - 48,
  label: String.raw`svnr|sv-?nummer|sozialversicherung\p{L}*|versicherungsnummer`,
  standing: "message",
};
