import { isOneDigit, weighted } from "../check-digits.ts";
import type { Identifier } from "../identifier.ts";

/**
 * Citizen service number of the Netherlands.
 * Source: Wet algemene bepalingen burgerservicenummer, art. 1; "elfproef": weights 9 to 2 and -1, modulo 11.
 */
export const nlBsn: Identifier = {
  id: "nl-bsn",
  kind: "national_id",
  lengths: [8, 9],
  form: /^\d{3}[. -]?\d{3}[. -]?\d{3}$|^\d{4}[. -]?\d{2}[. -]?\d{3}$|^\d{8}$/,
  isValid: (text) => {
    const digits = text.padStart(9, "0");
    return !isOneDigit(digits) && (weighted(digits, [9, 8, 7, 6, 5, 4, 3, 2]) - (digits.charCodeAt(8) - 48)) % 11 === 0;
  },
  label: String.raw`bsn|burgerservicenummer|sofi(?:-?nummer)?|citizen service`,
  standing: "labelled",
};
