import type { Identifier } from "../identifier.ts";

/**
 * Entry in the German commercial register.
 * Source: HRV § 8: part A or B and a number.
 */
export const deCompany: Identifier = {
  id: "de-company",
  kind: "company_id",
  lengths: [4, 5, 6, 7, 8, 9],
  form: /^HR[AB] ?\d{1,6}$/,
  label: String.raw`handelsregister\p{L}*|registergericht|amtsgericht`,
  standing: "anywhere",
};
