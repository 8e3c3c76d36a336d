import { weighted } from "../check-digits.ts";
import type { Identifier } from "../identifier.ts";

/**
 * Company number of Australia.
 * Source: ASIC, "Australian Company Number digit check": weights 8 to 1, complement to 10.
 */
export const auAcn: Identifier = {
  id: "au-acn",
  kind: "company_id",
  lengths: [9],
  form: /^\d{3} ?\d{3} ?\d{3}$/,
  isValid: (digits) => (10 - (weighted(digits, [8, 7, 6, 5, 4, 3, 2, 1]) % 10)) % 10 === digits.charCodeAt(8) - 48 && digits !== "000000000",
  label: String.raw`acn|company number`,
  standing: "message",
};
