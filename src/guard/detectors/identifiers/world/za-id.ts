import { hasLuhnDigit, isDay, two } from "../check-digits.ts";
import type { Identifier } from "../identifier.ts";

/** Year, month and day in two digits each; the century is not known, so 00 is taken for 2000. */
export function hasBirthDate(digits: string): boolean {
  return isDay(2000 + two(digits, 0), two(digits, 2), two(digits, 4));
}

/**
 * Identity number of South Africa.
 * Source: Identification Act 68 of 1997; date of birth, sex, citizenship 0 to 2, Luhn.
 */
export const zaId: Identifier = {
  id: "za-id",
  kind: "national_id",
  lengths: [13],
  form: /^\d{6} ?\d{4} ?\d{3}$/,
  isValid: (digits) => hasBirthDate(digits) && /^[0-2]$/.test(digits.charAt(10)) && hasLuhnDigit(digits),
  label: String.raw`(?:sa|rsa|south african) id|id (?:number|no)|resident`,
  standing: "anywhere",
};
