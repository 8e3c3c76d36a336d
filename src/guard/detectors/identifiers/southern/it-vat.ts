import { hasLuhnDigit, isOneDigit } from "../check-digits.ts";
import type { Identifier } from "../identifier.ts";

/**
 * VAT number of Italy.
 * Source: Decreto ministeriale 23 dicembre 1976, art. 11: Luhn over eleven digits.
 */
export const itVat: Identifier = {
  id: "it-vat",
  kind: "company_id",
  lengths: [11, 13],
  form: /^(?:IT ?)?\d{11}$/,
  isValid: (text) => !isOneDigit(text.slice(-11)) && hasLuhnDigit(text.slice(-11)),
  label: String.raw`partita iva|p\.? ?iva|iva|vat`,
  standing: "message",
};
