import { isDay, two, weighted } from "../check-digits.ts";
import type { Identifier } from "../identifier.ts";

/**
 * Personal number of Romania.
 * Source: Legea 105/1996; weights 279146358279, modulo 11, 10 counts 1.
 */
export const roCnp: Identifier = {
  id: "ro-cnp",
  kind: "national_id",
  lengths: [13],
  form: /^[1-9]\d{12}$/,
  isValid: (digits) => {
    const rest = weighted(digits, [2, 7, 9, 1, 4, 6, 3, 5, 8, 2, 7, 9]) % 11;
    return isDay(null, two(digits, 3), two(digits, 5)) && two(digits, 7) <= 52 && (rest === 10 ? 1 : rest) === digits.charCodeAt(12) - 48;
  },
  label: String.raw`cnp|cod numeric personal`,
  standing: "message",
};
