import { weighted } from "../check-digits.ts";
import type { Identifier } from "../identifier.ts";

const PROVINCES = /^(?:1[0-9]|2[0-7]|3[0-9]|4[0-9]|5[0-8]|6[0-7]|7[0-7]|8[0-6]|9[0-6])$/;

/**
 * Identity number of Thailand.
 * Source: Department of Provincial Administration: weights 13 to 2, modulo 11; the first digit is 1 to 8, then the province.
 */
export const thNationalId: Identifier = {
  id: "th-national-id",
  kind: "national_id",
  lengths: [13],
  form: /^[1-8][1-9]\d{11}$|^[1-8]-?\d{4}-?\d{5}-?\d{2}-?\d$/,
  isValid: (digits) => PROVINCES.test(digits.slice(1, 3)) && (11 - (weighted(digits, [13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2]) % 11)) % 10 === digits.charCodeAt(12) - 48,
  label: String.raw`thai|บัตรประชาชน|tnin`,
  standing: "message",
};
