import type { Identifier } from "../identifier.ts";

const LETTERS = "TRWAGMYFPDXBNJZSQVHLCKE";

/**
 * Identity number of foreigners in Spain.
 * Source: Orden INT/2058/2008; X, Y, Z count 0, 1, 2, then as the number of citizens.
 */
export const esNie: Identifier = {
  id: "es-nie",
  kind: "national_id",
  lengths: [9],
  form: /^[XYZ][- ]?\d{7}[- ]?[A-Z]$/,
  isValid: (text) => LETTERS.charAt(Number(`${"XYZ".indexOf(text.charAt(0))}${text.slice(1, 8)}`) % 23) === text.charAt(8),
  label: String.raw`nie|identificaci[óo]n de extranjero`,
  standing: "anywhere",
};
