import { weighted } from "../check-digits.ts";
import type { Identifier } from "../identifier.ts";

/**
 * Business number of South Korea.
 * Source: National Tax Service, 사업자등록번호: weights 1, 3, 7, 1, 3, 7, 1, 3, 5 and the tens of the last product.
 */
export const krBusiness: Identifier = {
  id: "kr-business",
  kind: "company_id",
  lengths: [10],
  form: /^\d{3}-?\d{2}-?\d{5}$/,
  written: /^\d{3}-\d{2}-\d{5}$/,
  isValid: (digits) => (10 - ((weighted(digits, [1, 3, 7, 1, 3, 7, 1, 3, 5]) + Math.floor(((digits.charCodeAt(8) - 48) * 5) / 10)) % 10)) % 10 === digits.charCodeAt(9) - 48,
  label: String.raw`brn|사업자\p{L}*|business registration`,
  standing: "message",
};
