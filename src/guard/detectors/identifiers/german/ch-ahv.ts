import { weighted } from "../check-digits.ts";
import type { Identifier } from "../identifier.ts";

/**
 * Social insurance number of Switzerland and Liechtenstein.
 * Source: Zentrale Ausgleichsstelle, "Die AHV-Nummer": 756 and the check digit of EAN-13.
 */
export const chAhv: Identifier = {
  id: "ch-ahv",
  kind: "national_id",
  lengths: [13],
  form: /^756[. ]?\d{4}[. ]?\d{4}[. ]?\d{2}$/,
  isValid: (digits) => weighted(digits, [1, 3, 1, 3, 1, 3, 1, 3, 1, 3, 1, 3, 1]) % 10 === 0,
  label: String.raw`ahv\p{L}*|avs|navs|oasi`,
  standing: "anywhere",
};
