import { isDay, two } from "../check-digits.ts";
import type { Identifier } from "../identifier.ts";

const CHARACTERS = "0123456789ABCDEFHJKLMNPRSTUVWXY";

/**
 * Personal identity code of Finland.
 * Source: Laki väestötietojärjestelmästä 661/2009; Digi- ja väestötietovirasto: century sign, number modulo 31 in 0123456789ABCDEFHJKLMNPRSTUVWXY.
 */
export const fiHetu: Identifier = {
  id: "fi-hetu",
  kind: "national_id",
  lengths: [10, 11],
  form: /^[0-3]\d[01]\d{3}[-+A-FU-Y]\d{3}[\dA-FHJ-NPR-Y]$/,
  isValid: (text) => {
    const number = text.slice(0, 6) + text.slice(-4, -1);
    return isDay(null, two(text, 2), two(text, 0)) && Number(text.slice(-4, -1)) >= 2 && CHARACTERS.charAt(Number(number) % 31) === text.charAt(text.length - 1);
  },
  label: String.raw`hetu|henkil[öo]tunnus|personal identity`,
  standing: "anywhere",
};
