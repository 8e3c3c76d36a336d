import { weighted } from "../check-digits.ts";
import type { Identifier } from "../identifier.ts";

/**
 * Identity number of Türkiye.
 * Source: Nüfus Hizmetleri Kanunu 5490; tenth digit 7 times odd minus even places modulo 10, eleventh the sum of ten.
 */
export const trNationalId: Identifier = {
  id: "tr-national-id",
  kind: "national_id",
  lengths: [11],
  form: /^[1-9]\d{10}$/,
  isValid: (digits) => (weighted(digits, [7, -1, 7, -1, 7, -1, 7, -1, 7]) % 10 + 10) % 10 === digits.charCodeAt(9) - 48 && weighted(digits, [1, 1, 1, 1, 1, 1, 1, 1, 1, 1]) % 10 === digits.charCodeAt(10) - 48,
  label: String.raw`t\.?c\.?(?: kimlik)?|kimlik\p{L}*`,
  standing: "message",
};
