import { icaoSum, valueAt } from "../check-digits.ts";
import type { Identifier } from "../identifier.ts";

/**
 * Serial number of a German identity card or passport.
 * Source: ICAO Doc 9303, part 3, 4.9 (weights 7, 3, 1); letters allowed by the Personalausweisverordnung: C, F, G, H, J, K, L, M, N, P, R, T, V, W, X, Y, Z.
 */
export const deIdCard: Identifier = {
  id: "de-id-card",
  kind: "passport",
  lengths: [9],
  form: /^[CFGHJKLMNPRTVWXYZ][CFGHJKLMNPRTVWXYZ\d]{7}\d$/,
  isValid: (text) => {
    // Cards until 2010 end with no check digit of this kind ("T22000129" is the specimen of the series).
    const isOldSeries = /^T\d{8}$/.test(text);
    return isOldSeries || icaoSum(text.slice(0, 8)) % 10 === valueAt(text, 8);
  },
  label: String.raw`(?:personal)?ausweis\p{L}*|reisepass\p{L}*|pass(?:port|nummer|-nr)?|identity card|id card|perso`,
  standing: "message",
};
