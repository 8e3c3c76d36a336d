import { weighted } from "../check-digits.ts";
import type { Identifier } from "../identifier.ts";

/**
 * Medicare number of Australia.
 * Source: Services Australia, Medicare card number: weights 1, 3, 7, 9, 1, 3, 7, 9, modulo 10 is the ninth digit.
 */
export const auMedicare: Identifier = {
  id: "au-medicare",
  kind: "health_id",
  lengths: [10, 11],
  form: /^[2-6]\d{3} ?\d{5} ?\d(?:[ /-]?\d)?$/,
  isValid: (digits) => weighted(digits, [1, 3, 7, 9, 1, 3, 7, 9]) % 10 === digits.charCodeAt(8) - 48,
  label: String.raw`medicare`,
  standing: "message",
};
