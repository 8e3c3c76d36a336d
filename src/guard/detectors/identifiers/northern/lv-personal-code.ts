import { isDay, two, weighted } from "../check-digits.ts";
import type { Identifier } from "../identifier.ts";

/**
 * Personal code of Latvia: new ones begin with 32 and tell nothing.
 * Source: Fizisko personu reģistra likums; weights 1, 6, 3, 7, 9, 10, 5, 8, 4, 2, 1101 minus the sum, modulo 11, modulo 10.
 */
export const lvPersonalCode: Identifier = {
  id: "lv-personal-code",
  kind: "national_id",
  lengths: [11],
  form: /^\d{6}-?\d{5}$/,
  written: /^(?:32|[0-3]\d)\d{4}-\d{5}$/,
  isValid: (digits) => digits.startsWith("32") || (isDay(null, two(digits, 2), two(digits, 0)) && (1101 - weighted(digits, [1, 6, 3, 7, 9, 10, 5, 8, 4, 2])) % 11 % 10 === digits.charCodeAt(10) - 48),
  label: String.raw`personas kod\p{L}*|personal code`,
  standing: "message",
};
