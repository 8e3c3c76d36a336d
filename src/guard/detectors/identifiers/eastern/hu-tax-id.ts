import { weighted } from "../check-digits.ts";
import type { Identifier } from "../identifier.ts";

/**
 * Tax number of a person in Hungary.
 * Source: 2017. évi CL. törvény, 2. melléklet: 8, days since 1867, weights 1 to 9, modulo 11.
 */
export const huTaxId: Identifier = {
  id: "hu-tax-id",
  kind: "tax_id",
  lengths: [10],
  form: /^8\d{9}$/,
  isValid: (digits) => weighted(digits, [1, 2, 3, 4, 5, 6, 7, 8, 9]) % 11 === digits.charCodeAt(9) - 48,
  label: String.raw`ad[óo]azonos[íi]t[óo]\p{L}*|tax`,
  standing: "message",
};
