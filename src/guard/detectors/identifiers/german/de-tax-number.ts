import type { Identifier } from "../identifier.ts";

/** Keys of the states, as the national form writes them: Bavaria 9, Hesse 26, Berlin 11, Saxony 32 and so on, and the official two-digit keys. */
const STATES = new Set("01 02 03 04 05 06 07 08 09 10 11 12 13 14 15 16 21 22 23 24 26 27 28 30 31 32 40 41 50 51 52 53 90 91 92".split(" "));

/**
 * Tax number of a German tax office, in the national form of 13 digits or with slashes. Check digits differ by state and are not asked for.
 * Source: Bundeszentralamt für Steuern, "Aufbau der Steuernummer": state key, office, 0, number.
 */
export const deTaxNumber: Identifier = {
  id: "de-tax-number",
  kind: "tax_id",
  lengths: [10, 11, 13],
  form: /^(?:\d{13}|\d{2,3}\/\d{3,4}\/\d{4,5})$/,
  written: /^\d{2,3}\/\d{3,4}\/\d{4,5}$/,
  isValid: (digits) => digits.length < 13 || STATES.has(digits.slice(0, 2)),
  label: String.raw`steuer-?(?:nummer|nr)|st\.?-?nr|finanzamt`,
  standing: "message",
};
