import { isOneDigit, weighted } from "../check-digits.ts";
import type { Identifier } from "../identifier.ts";

/**
 * Number of a patient of the National Health Service in England, Wales and the Isle of Man.
 * Source: NHS Data Model and Dictionary, NHS NUMBER: weights 10 to 2, modulo 11.
 */
export const ukNhs: Identifier = {
  id: "uk-nhs",
  kind: "health_id",
  lengths: [10],
  form: /^\d{3}[- ]?\d{3}[- ]?\d{4}$/,
  isValid: (digits) => !isOneDigit(digits) && (11 - (weighted(digits, [10, 9, 8, 7, 6, 5, 4, 3, 2]) % 11)) % 11 === digits.charCodeAt(9) - 48,
  label: String.raw`nhs|national health`,
  standing: "message",
};
