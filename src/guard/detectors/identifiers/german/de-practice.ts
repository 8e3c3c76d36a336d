import type { Identifier } from "../identifier.ts";

const ASSOCIATIONS = new Set("01 02 03 05 06 17 20 21 24 25 27 28 31 35 37 38 39 40 46 47 48 49 51 52 71 72 73 74 78 79 80 81 83 85 86 87 88 93 95 98 99".split(" "));

/**
 * Number of a medical practice in Germany: the first two digits name the association. It has no check digit.
 * Source: § 75 Abs. 7 SGB V; Kassenärztliche Bundesvereinigung, "Betriebsstättennummern".
 */
export const dePractice: Identifier = {
  id: "de-practice",
  kind: "health_id",
  lengths: [9],
  form: /^\d{9}$/,
  isValid: (digits) => ASSOCIATIONS.has(digits.slice(0, 2)),
  label: String.raw`bsnr|betriebsst\p{L}*|praxisnummer`,
  standing: "labelled",
};
