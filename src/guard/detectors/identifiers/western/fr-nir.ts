import { two } from "../check-digits.ts";
import type { Identifier } from "../identifier.ts";

/**
 * Number of the French register of persons (sécurité sociale).
 * Source: INSEE, décret 82-103: key 97 minus the number modulo 97; 2A and 2B count 19 and 18.
 */
export const frNir: Identifier = {
  id: "fr-nir",
  kind: "national_id",
  lengths: [15],
  form: /^[1-478][ .]?\d{2}[ .]?(?:0[1-9]|1[0-2]|[2-9]\d)[ .]?(?:\d{2}|2[AB])[ .]?\d{3}[ .]?\d{3}[ .]?\d{2}$/,
  isValid: (text) => {
    const number = text.slice(0, 13).replace("2A", "19").replace("2B", "18");
    return 97 - Number(BigInt(number) % 97n) === two(text, 13);
  },
  label: String.raw`nir|sécurité sociale|securite sociale|insee|num[ée]ro de s[ée]cu\p{L}*`,
  standing: "anywhere",
};
