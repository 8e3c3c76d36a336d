import type { Identifier } from "../identifier.ts";

/** What letters and digits count in the first, third, fifth place and so on. */
const ODD = [1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 2, 4, 18, 20, 11, 3, 6, 8, 12, 14, 16, 10, 22, 25, 24, 23];

/**
 * Fiscal code of Italy.
 * Source: Decreto ministeriale 23 dicembre 1976, tables of odd and even places, modulo 26; letters may stand for digits (omocodia).
 */
export const itFiscalCode: Identifier = {
  id: "it-fiscal-code",
  kind: "tax_id",
  lengths: [16],
  form: /^[A-Z]{6}[\dL-NP-V]{2}[A-EHLMPRST][\dL-NP-V]{2}[A-Z][\dL-NP-V]{3}[A-Z]$/,
  isValid: (text) => {
    let sum = 0;
    for (let i = 0; i < 15; i += 1) {
      const at = text.charCodeAt(i) < 58 ? text.charCodeAt(i) - 48 : text.charCodeAt(i) - 65;
      sum += i % 2 === 0 ? (ODD[at] ?? 0) : at;
    }
    return String.fromCharCode(65 + (sum % 26)) === text.charAt(15);
  },
  label: String.raw`codice fiscale|c\.? ?f\.?|fiscal code`,
  standing: "anywhere",
};
