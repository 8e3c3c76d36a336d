import type { Identifier } from "../identifier.ts";

/**
 * Tax number of a person in France.
 * Source: Direction générale des finances publiques, numéro SPI: the last three digits are the first ten modulo 511.
 */
export const frTax: Identifier = {
  id: "fr-tax",
  kind: "tax_id",
  lengths: [13],
  form: /^[0-3]\d ?\d{2} ?\d{3} ?\d{3} ?\d{3}$/,
  isValid: (digits) => Number(digits.slice(0, 10)) % 511 === Number(digits.slice(10)),
  label: String.raw`spi|num[ée]ro fiscal|fiscal`,
  standing: "message",
};
