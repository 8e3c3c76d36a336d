import { weighted } from "../check-digits.ts";
import type { Identifier } from "../identifier.ts";

/**
 * Unique taxpayer reference of the United Kingdom.
 * Source: HMRC, "UTR check digit": weights 6, 7, 8, 9, 10, 5, 4, 3, 2 over digits 2 to 10, modulo 11, looked up in 21987654321.
 */
export const ukUtr: Identifier = {
  id: "uk-utr",
  kind: "tax_id",
  lengths: [10],
  form: /^\d{5} ?\d{5}$/,
  isValid: (digits) => "21987654321".charAt(weighted(digits.slice(1), [6, 7, 8, 9, 10, 5, 4, 3, 2]) % 11) === digits.charAt(0),
  label: String.raw`utr|taxpayer reference`,
  standing: "labelled",
};
