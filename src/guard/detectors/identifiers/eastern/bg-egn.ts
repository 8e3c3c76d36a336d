import { isDay, two, weighted } from "../check-digits.ts";
import type { Identifier } from "../identifier.ts";

/**
 * Personal number of Bulgaria.
 * Source: Наредба № РД-02-20-9/2012: weights 2, 4, 8, 5, 10, 9, 7, 3, 6, modulo 11, modulo 10; the month carries the century.
 */
export const bgEgn: Identifier = {
  id: "bg-egn",
  kind: "national_id",
  lengths: [10],
  form: /^\d{10}$/,
  isValid: (digits) => isDay(null, two(digits, 2) % 20, two(digits, 4)) && (weighted(digits, [2, 4, 8, 5, 10, 9, 7, 3, 6]) % 11) % 10 === digits.charCodeAt(9) - 48,
  label: String.raw`егн|egn`,
  standing: "message",
};
