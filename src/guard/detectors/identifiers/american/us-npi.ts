import { hasLuhnDigit, isOneDigit } from "../check-digits.ts";
import type { Identifier } from "../identifier.ts";

/**
 * Number of a health care provider in the United States.
 * Source: 45 CFR 162.406; Luhn over 80840 and the number.
 */
export const usNpi: Identifier = {
  id: "us-npi",
  kind: "health_id",
  lengths: [10],
  form: /^[12]\d{3}[- ]?\d{3}[- ]?\d{3}$/,
  isValid: (digits) => hasLuhnDigit(`80840${digits}`) && !isOneDigit(digits),
  label: String.raw`npi|national provider`,
  standing: "message",
};
