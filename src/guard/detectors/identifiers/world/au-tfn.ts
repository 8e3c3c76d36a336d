import { isOneDigit, weighted } from "../check-digits.ts";
import type { Identifier } from "../identifier.ts";

/**
 * Tax file number of Australia.
 * Source: Australian Taxation Office, TFN algorithm: weights 1, 4, 3, 7, 5, 8, 6, 9, 10, modulo 11.
 */
export const auTfn: Identifier = {
  id: "au-tfn",
  kind: "tax_id",
  lengths: [9],
  form: /^\d{3} ?\d{3} ?\d{3}$/,
  isValid: (digits) => !isOneDigit(digits) && weighted(digits, [1, 4, 3, 7, 5, 8, 6, 9, 10]) % 11 === 0,
  label: String.raw`tfn|tax file`,
  standing: "message",
};
