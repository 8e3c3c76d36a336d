import { hasMod11And10Digit } from "../check-digits.ts";
import type { Identifier } from "../identifier.ts";

/** Whether the check digit of a VAT number is right too. */
export function hasVatDigit(compact: string): boolean {
  return /^DE[1-9]\d{8}$/.test(compact) && hasMod11And10Digit(compact.slice(2));
}

/**
 * VAT number of Germany: the form is enough to be hidden.
 * Source: Bundeszentralamt für Steuern, "Aufbau der USt-IdNr."; ISO/IEC 7064 MOD 11,10 (`hasVatDigit`).
 */
export const deVatId: Identifier = {
  id: "de-vat-id",
  kind: "company_id",
  lengths: [11],
  form: /^DE[ .]?[1-9]\d{2}[ .-]?\d{3}[ .-]?\d{3}$/,
  label: String.raw`ust-?id\p{L}*|umsatzsteuer\p{L}*|vat`,
  standing: "anywhere",
};
