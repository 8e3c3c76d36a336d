import { isDay, two, weighted } from "../check-digits.ts";
import type { Identifier } from "../identifier.ts";

/**
 * Personal code of Estonia and Lithuania.
 * Source: EVS 585:2007; Lithuanian Law on the Population Register: weights 1 to 9, 1, and where that leaves 10, 3 to 9, 1, 2, 3, modulo 11.
 */
export const balticPersonalCode: Identifier = {
  id: "baltic-personal-code",
  kind: "national_id",
  lengths: [11],
  form: /^[1-6]\d{10}$/,
  isValid: (digits) => {
    const first = weighted(digits, [1, 2, 3, 4, 5, 6, 7, 8, 9, 1]) % 11;
    const check = first < 10 ? first : (weighted(digits, [3, 4, 5, 6, 7, 8, 9, 1, 2, 3]) % 11) % 10;
    return isDay(null, two(digits, 3), two(digits, 5)) && check === digits.charCodeAt(10) - 48;
  },
  label: String.raw`isikukood|asmens kodas|personal code`,
  standing: "message",
};
