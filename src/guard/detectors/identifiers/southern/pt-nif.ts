import { weighted } from "../check-digits.ts";
import type { Identifier } from "../identifier.ts";

/**
 * Tax number of Portugal.
 * Source: Decreto-Lei 14/2013: weights 9 to 2, modulo 11.
 */
export const ptNif: Identifier = {
  id: "pt-nif",
  kind: "tax_id",
  lengths: [9],
  form: /^[1235689]\d{2}[ .]?\d{3}[ .]?\d{3}$/,
  isValid: (digits) => {
    const rest = weighted(digits, [9, 8, 7, 6, 5, 4, 3, 2]) % 11;
    return (rest < 2 ? 0 : 11 - rest) === digits.charCodeAt(8) - 48;
  },
  label: String.raw`nif|contribuinte|identifica[çc][ãa]o fiscal`,
  standing: "labelled",
};
