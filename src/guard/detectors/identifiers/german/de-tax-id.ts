import { hasMod11And10Digit } from "../check-digits.ts";
import type { Identifier } from "../identifier.ts";

/** Of the first ten digits one stands two or three times; until 2015 exactly one twice. All ten different are test numbers. */
function hasDigitsAsGiven(digits: string): boolean {
  const counts = new Map<string, number>();
  for (const digit of digits.slice(0, 10)) counts.set(digit, (counts.get(digit) ?? 0) + 1);
  return Math.max(...counts.values()) <= 3 && counts.size >= 8;
}

/**
 * Tax identification number of Germany.
 * Source: § 139b AO; Bundeszentralamt für Steuern, "Prüfziffernberechnung": ISO/IEC 7064 MOD 11,10; one digit of the first ten occurs twice or three times.
 */
export const deTaxId: Identifier = {
  id: "de-tax-id",
  kind: "tax_id",
  lengths: [11],
  form: /^[1-9]\d ?\d{3} ?\d{3} ?\d{3}$/,
  isValid: (digits) => hasDigitsAsGiven(digits) && hasMod11And10Digit(digits),
  label: String.raw`steuer-?(?:id|identifikation\p{L}*|nummer)|identifikationsnummer|id-?nr|tax ?id|tin`,
  standing: "message",
};
