import { isDay, two } from "../check-digits.ts";
import type { Identifier } from "../identifier.ts";

/**
 * Personal number of Denmark. Since 2007 numbers without a right check digit are given out, so the day is all that is checked.
 * Source: CPR-kontoret, "Personnumre uden kontrolciffer (modulus 11 kontrol)".
 */
export const dkCpr: Identifier = {
  id: "dk-cpr",
  kind: "national_id",
  lengths: [10],
  form: /^\d{6}[- ]?\d{4}$/,
  written: /^(?:0[1-9]|[12]\d|3[01])(?:0[1-9]|1[0-2])\d{2}-\d{4}$/,
  isValid: (digits) => isDay(null, two(digits, 2), two(digits, 0) % 60),
  label: String.raw`cpr\p{L}*|personnummer`,
  standing: "labelled",
};
