import { hasMod11And10Digit } from "../check-digits.ts";
import type { Identifier } from "../identifier.ts";

/**
 * Personal number of Croatia.
 * Source: Zakon o osobnom identifikacijskom broju; ISO/IEC 7064 MOD 11,10.
 */
export const hrOib: Identifier = {
  id: "hr-oib",
  kind: "national_id",
  lengths: [11],
  form: /^\d{11}$/,
  isValid: hasMod11And10Digit,
  label: String.raw`oib`,
  standing: "labelled",
};
