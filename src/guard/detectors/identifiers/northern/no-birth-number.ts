import { isDay, two, weighted } from "../check-digits.ts";
import type { Identifier } from "../identifier.ts";

/**
 * Birth number of Norway; D-numbers add 40 to the day.
 * Source: Skatteetaten, "Fødselsnummer": weights 3, 7, 6, 1, 8, 9, 4, 5, 2 and 5, 4, 3, 2, 7, 6, 5, 4, 3, 2, modulo 11.
 */
export const noBirthNumber: Identifier = {
  id: "no-birth-number",
  kind: "national_id",
  lengths: [11],
  form: /^\d{6}[ -]?\d{5}$/,
  isValid: (digits) => isDay(null, two(digits, 2) % 40, two(digits, 0) % 40) && weighted(digits, [3, 7, 6, 1, 8, 9, 4, 5, 2, 1]) % 11 === 0 && weighted(digits, [5, 4, 3, 2, 7, 6, 5, 4, 3, 2, 1]) % 11 === 0,
  label: String.raw`f[øo]dselsnummer|personnummer|d-nummer`,
  standing: "message",
};
