import { weighted } from "../check-digits.ts";
import type { Identifier } from "../identifier.ts";

/**
 * Business number of Australia.
 * Source: Australian Business Register, "Format of the ABN": first digit less 1, weights 10, 1, 3 to 19, modulo 89.
 */
export const auAbn: Identifier = {
  id: "au-abn",
  kind: "company_id",
  lengths: [11],
  form: /^\d{2} ?\d{3} ?\d{3} ?\d{3}$/,
  isValid: (digits) => !digits.startsWith("00") && (weighted(digits, [10, 1, 3, 5, 7, 9, 11, 13, 15, 17, 19]) - 10) % 89 === 0,
  label: String.raw`abn|business number`,
  standing: "message",
};
