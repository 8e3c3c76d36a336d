import { isDay, two, weighted } from "../check-digits.ts";
import type { Identifier } from "../identifier.ts";

/**
 * Number of the Polish population register.
 * Source: Ustawa o ewidencji ludności 2010, art. 15; weights 1, 3, 7, 9, the month carries the century.
 */
export const plPesel: Identifier = {
  id: "pl-pesel",
  kind: "national_id",
  lengths: [11],
  form: /^\d{11}$/,
  isValid: (digits) => isDay(null, two(digits, 2) % 20, two(digits, 4)) && weighted(digits, [1, 3, 7, 9, 1, 3, 7, 9, 1, 3, 1]) % 10 === 0,
  label: String.raw`pesel`,
  standing: "message",
};
