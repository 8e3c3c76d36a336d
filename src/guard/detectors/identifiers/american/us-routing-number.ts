import { isOneDigit, weighted } from "../check-digits.ts";
import type { Identifier } from "../identifier.ts";

/**
 * Routing number of a bank in the United States.
 * Source: American Bankers Association, Routing Number Policy; the weights 3, 7, 1 end in a multiple of 10, the first two digits name a Federal Reserve district.
 */
export const usRoutingNumber: Identifier = {
  id: "us-routing-number",
  kind: "bank_account",
  lengths: [9],
  form: /^(?:0\d|1[0-2]|2[1-9]|3[0-2]|6[1-9]|7[0-2]|80)\d{2}-?\d{4}-?\d$/,
  isValid: (digits) => weighted(digits, [3, 7, 1, 3, 7, 1, 3, 7, 1]) % 10 === 0 && !isOneDigit(digits),
  label: String.raw`aba|routing|bank ?code|rtn`,
  standing: "message",
};
