import { two } from "../check-digits.ts";
import type { Identifier } from "../identifier.ts";

/**
 * Number of the Belgian national register.
 * Source: Koninklijk besluit van 3 april 1984: 97 minus the first nine digits modulo 97, with a 2 in front for births from 2000.
 */
export const beNational: Identifier = {
  id: "be-national",
  kind: "national_id",
  lengths: [11],
  form: /^\d{2}[. ]?\d{2}[. ]?\d{2}[- ]?\d{3}[. ]?\d{2}$/,
  written: /^\d{2}\.\d{2}\.\d{2}-\d{3}\.\d{2}$/,
  isValid: (digits) => two(digits, 2) % 20 <= 12 && two(digits, 4) <= 31 && ["", "2"].some((century) => 97 - (Number(century + digits.slice(0, 9)) % 97) === two(digits, 9)),
  label: String.raw`rijksregister\p{L}*|registre national|insz|niss|nationaal nummer|num[ée]ro national`,
  standing: "message",
};
