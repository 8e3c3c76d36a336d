import { isDay, two } from "../check-digits.ts";
import type { Identifier } from "../identifier.ts";

/**
 * Birth number of Czechia and Slovakia; women add 50 to the month, numbers that ran out 20 more.
 * Source: Zákon 133/2000 Sb., § 13: the ten digits divide by 11; nine digits until 1953.
 */
export const czBirthNumber: Identifier = {
  id: "cz-birth-number",
  kind: "national_id",
  lengths: [9, 10],
  form: /^\d{6}[ /]?\d{3,4}$/,
  written: /^\d{6}\/\d{3,4}$/,
  isValid: (digits) => isDay(null, (two(digits, 2) % 50) % 20, two(digits, 4)) && (digits.length === 9 ? two(digits, 0) <= 53 : Number(digits) % 11 === 0 || (Number(digits.slice(0, 9)) % 11 === 10 && digits.endsWith("0"))),
  label: String.raw`rodn[ée] [čc][íi]slo|r\.? ?[čc]\.?|birth number`,
  standing: "message",
};
