import type { Identifier } from "../identifier.ts";

const LETTERS = "TRWAGMYFPDXBNJZSQVHLCKE";

/**
 * Identity number of Spanish citizens.
 * Source: Real Decreto 1553/2005; the letter at the number modulo 23 in TRWAGMYFPDXBNJZSQVHLCKE.
 */
export const esNif: Identifier = {
  id: "es-nif",
  kind: "national_id",
  lengths: [8, 9],
  form: /^\d{7,8}[- ]?[A-HJ-NP-TV-Z]$/,
  isValid: (text) => LETTERS.charAt(Number(text.slice(0, -1)) % 23) === text.charAt(text.length - 1),
  label: String.raw`nif|dni|documento nacional`,
  standing: "anywhere",
};
