import { weighted } from "../check-digits.ts";
import type { Identifier } from "../identifier.ts";

/**
 * Registration of who may prescribe controlled substances in the United States.
 * Source: Drug Enforcement Administration, registration number rule: digits 1, 3, 5 and twice 2, 4, 6 end in digit 7.
 */
export const usDea: Identifier = {
  id: "us-dea",
  kind: "health_id",
  lengths: [9],
  form: /^[ABCDEFGHJKLMPRSTUX][A-Z9]\d{7}$/,
  isValid: (text) => (weighted(text.slice(2), [1, 0, 1, 0, 1]) + weighted(text.slice(2), [0, 2, 0, 2, 0, 2])) % 10 === text.charCodeAt(8) - 48,
  label: String.raw`dea|medical (?:licen[cs]e|certificate)|registrant`,
  standing: "anywhere",
};
