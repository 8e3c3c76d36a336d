import { hasLuhnDigit, isOneDigit } from "../check-digits.ts";
import type { Identifier } from "../identifier.ts";

/**
 * Social insurance number of Canada.
 * Source: Employment and Social Development Canada, SIN code of practice; Luhn; none begins with 0 or 8.
 */
export const caSin: Identifier = {
  id: "ca-sin",
  kind: "national_id",
  lengths: [9],
  form: /^[1-79]\d{2}([- ]?)\d{3}\1\d{3}$/,
  isValid: (digits) => hasLuhnDigit(digits) && !isOneDigit(digits),
  label: String.raw`sin|nas|social insurance|assurance sociale`,
  standing: "message",
};
