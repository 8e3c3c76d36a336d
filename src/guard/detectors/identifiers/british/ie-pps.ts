import { weighted } from "../check-digits.ts";
import type { Identifier } from "../identifier.ts";

/**
 * Personal public service number of Ireland.
 * Source: Department of Social Protection, PPS number rule: weights 8 to 2 and 9 for the second letter, modulo 23, W for 0.
 */
export const iePps: Identifier = {
  id: "ie-pps",
  kind: "national_id",
  lengths: [8, 9],
  form: /^\d{7} ?[A-W](?: ?[A-IW])?$/,
  isValid: (text) => {
    const second = text.length === 9 && text.charAt(8) !== "W" ? text.charCodeAt(8) - 64 : 0;
    return "WABCDEFGHIJKLMNOPQRSTUV".charAt((weighted(text, [8, 7, 6, 5, 4, 3, 2]) + 9 * second) % 23) === text.charAt(7);
  },
  label: String.raw`ppsn?|personal public service|rsi`,
  standing: "anywhere",
};
