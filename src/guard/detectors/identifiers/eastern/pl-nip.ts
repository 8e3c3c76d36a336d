import { weighted } from "../check-digits.ts";
import type { Identifier } from "../identifier.ts";

/**
 * Tax number of Poland.
 * Source: Ustawa o zasadach ewidencji i identyfikacji podatników; weights 6, 5, 7, 2, 3, 4, 5, 6, 7, modulo 11.
 */
export const plNip: Identifier = {
  id: "pl-nip",
  kind: "tax_id",
  lengths: [10],
  form: /^\d{3}[- ]?\d{2,3}[- ]?\d{2}[- ]?\d{2,3}$/,
  isValid: (digits) => weighted(digits, [6, 5, 7, 2, 3, 4, 5, 6, 7]) % 11 === digits.charCodeAt(9) - 48,
  label: String.raw`nip`,
  standing: "labelled",
};
