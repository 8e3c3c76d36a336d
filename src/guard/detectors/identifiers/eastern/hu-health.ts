import { weighted } from "../check-digits.ts";
import type { Identifier } from "../identifier.ts";

/**
 * Social security number of Hungary (TAJ).
 * Source: 1996. évi XX. törvény, 2. melléklet: weights 3 and 7, modulo 10.
 */
export const huHealth: Identifier = {
  id: "hu-health",
  kind: "health_id",
  lengths: [9],
  form: /^\d{3}[ -]?\d{3}[ -]?\d{3}$/,
  isValid: (digits) => weighted(digits, [3, 7, 3, 7, 3, 7, 3, 7]) % 10 === digits.charCodeAt(8) - 48,
  label: String.raw`taj\p{L}*`,
  standing: "labelled",
};
