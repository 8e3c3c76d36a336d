import { hasLuhnDigit } from "../check-digits.ts";
import type { Identifier } from "../identifier.ts";

/**
 * Number of a French company or of one of its places.
 * Source: INSEE, SIREN and SIRET: Luhn over 9 or 14 digits.
 */
export const frSiren: Identifier = {
  id: "fr-siren",
  kind: "company_id",
  lengths: [9, 14],
  form: /^\d{3} ?\d{3} ?\d{3}(?: ?\d{5})?$/,
  isValid: hasLuhnDigit,
  label: String.raw`sire[nt]|siret|rcs`,
  standing: "labelled",
};
