import { hasVerhoeffDigit } from "../check-digits.ts";
import type { Identifier } from "../identifier.ts";

/**
 * Aadhaar number of India.
 * Source: UIDAI, Aadhaar numbering scheme: Verhoeff, first digit 2 to 9.
 */
export const inAadhaar: Identifier = {
  id: "in-aadhaar",
  kind: "national_id",
  lengths: [12],
  form: /^[2-9]\d{3}[- :]?\d{4}[- :]?\d{4}$/,
  isValid: (digits) => hasVerhoeffDigit(digits) && digits !== [...digits].toReversed().join(""),
  label: String.raw`aadhaar|aadhar|uidai`,
  standing: "message",
};
