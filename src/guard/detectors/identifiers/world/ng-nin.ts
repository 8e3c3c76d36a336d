import { hasVerhoeffDigit } from "../check-digits.ts";
import type { Identifier } from "../identifier.ts";

/**
 * Identity number of Nigeria.
 * Source: National Identity Management Commission: eleven digits, Verhoeff.
 */
export const ngNin: Identifier = {
  id: "ng-nin",
  kind: "national_id",
  lengths: [11],
  form: /^\d{11}$/,
  isValid: hasVerhoeffDigit,
  label: String.raw`nin|national identification`,
  standing: "labelled",
};
