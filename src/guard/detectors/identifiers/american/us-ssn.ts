import { isOneDigit } from "../check-digits.ts";
import type { Identifier } from "../identifier.ts";

/** Printed in wallets and pamphlets, so nobody's: the Social Security Administration voided them. */
const VOID = new Set(["078051120", "219099999", "123456789", "987654321"]);

function isNumber(digits: string): boolean {
  const area = Number(digits.slice(0, 3));
  return area !== 0 && area !== 666 && area < 900 && digits.slice(3, 5) !== "00" && digits.slice(5) !== "0000" && !VOID.has(digits) && !isOneDigit(digits);
}

/**
 * Social security number of the United States. It has no check digit.
 * Source: 20 CFR 422.103; Social Security Administration, "Social Security Number Randomization": no area 000, 666 or 900 to 999, no group 00, no serial 0000; numbers printed in advertisements are void.
 */
export const usSsn: Identifier = {
  id: "us-ssn",
  kind: "national_id",
  lengths: [9],
  form: /^\d{3}[- .]?\d{2}[- .]?\d{4}$/,
  written: /^\d{3}(?:-\d{2}-?|-?\d{2}-| \d{2} |\.\d{2}\.)\d{4}$/,
  isValid: isNumber,
  label: String.raw`ssns?|social security(?: (?:number|no\.?|nr|#))?|ssid|social sec|ss ?#`,
  standing: "labelled",
};
