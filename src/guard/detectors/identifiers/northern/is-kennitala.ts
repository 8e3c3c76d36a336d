import { isDay, two, weighted } from "../check-digits.ts";
import type { Identifier } from "../identifier.ts";

/**
 * Identity number of Iceland.
 * Source: Þjóðskrá, "Kennitala": weights 3, 2, 7, 6, 5, 4, 3, 2, modulo 11.
 */
export const isKennitala: Identifier = {
  id: "is-kennitala",
  kind: "national_id",
  lengths: [10],
  form: /^[0-7]\d[01]\d{3}[- ]?\d{3}[890]$/,
  isValid: (digits) => isDay(null, two(digits, 2), two(digits, 0) % 40) && weighted(digits, [3, 2, 7, 6, 5, 4, 3, 2, 1]) % 11 === 0,
  label: String.raw`kennitala|kt\.?`,
  standing: "message",
};
