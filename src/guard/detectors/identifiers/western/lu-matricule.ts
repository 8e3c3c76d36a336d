import { hasLuhnDigit, hasVerhoeffDigit } from "../check-digits.ts";
import type { Identifier } from "../identifier.ts";

/**
 * Identification number of Luxembourg.
 * Source: Loi du 19 juin 2013, art. 2; Luhn over the first 11 and 12 digits; the last follows Verhoeff.
 */
export const luMatricule: Identifier = {
  id: "lu-matricule",
  kind: "national_id",
  lengths: [13],
  form: /^(?:18|19|20)\d{2} ?(?:0[1-9]|1[0-2]) ?(?:0[1-9]|[12]\d|3[01]) ?\d{5}$/,
  isValid: (digits) => hasLuhnDigit(digits.slice(0, 12)) && hasVerhoeffDigit(digits.slice(0, 11) + digits.slice(12)),
  label: String.raw`matricule|cns|num[ée]ro d.identification`,
  standing: "message",
};
