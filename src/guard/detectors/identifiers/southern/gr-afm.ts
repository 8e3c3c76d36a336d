import { isOneDigit, weighted } from "../check-digits.ts";
import type { Identifier } from "../identifier.ts";

/**
 * Tax number of Greece.
 * Source: Independent Authority for Public Revenue, ΑΦΜ: weights 256 to 2, modulo 11, modulo 10.
 */
export const grAfm: Identifier = {
  id: "gr-afm",
  kind: "tax_id",
  lengths: [9],
  form: /^\d{9}$/,
  isValid: (digits) => !isOneDigit(digits) && (weighted(digits, [256, 128, 64, 32, 16, 8, 4, 2]) % 11) % 10 === digits.charCodeAt(8) - 48,
  label: String.raw`αφμ|α\.φ\.μ\.?|afm|tin|tax`,
  standing: "labelled",
};
