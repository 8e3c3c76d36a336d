import type { Identifier } from "../identifier.ts";

/**
 * Taxpayer number of the United States for people without a social security number. It has no check digit.
 * Source: IRS, Internal Revenue Manual 3.21.263.5: 9XX, then 50 to 65, 70 to 88, 90 to 92 or 94 to 99.
 */
export const usItin: Identifier = {
  id: "us-itin",
  kind: "tax_id",
  lengths: [9],
  form: /^9\d{2}[- ]?(?:5\d|6[0-5]|7\d|8[0-8]|9[0-24-9])[- ]?\d{4}$/,
  written: /^9\d{2}(?:-\d{2}-?|-?\d{2}-)\d{4}$/,
  label: String.raw`itin|taxpayer|tax ?id|individual tax`,
  standing: "message",
};
