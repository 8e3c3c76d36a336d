import { isDay, two } from "../check-digits.ts";
import type { Identifier } from "../identifier.ts";

/**
 * Driver number of Great Britain. Its check digits are not published; the date of birth stands in it.
 * Source: DVLA, "Driver number format": five letters of the name, padded by 9, year, month (plus 50 for women), day.
 */
export const ukDrivingLicence: Identifier = {
  id: "uk-driving-licence",
  kind: "driver_licence",
  lengths: [16, 18],
  form: /^[A-Z]{1,5}9{0,4}\d[0156]\d[0-3]\d{2}(?:[A-Z9]{2})[A-Z\d][A-Z]{2}(?: ?\d{2})?$/,
  isValid: (text) => /^[A-Z]+9*$/.test(text.slice(0, 5)) && isDay(null, two(text, 6) % 50, two(text, 8)),
  label: String.raw`driv(?:ing|er)(?:'?s)? (?:licen[cs]e|number)`,
  standing: "anywhere",
};
