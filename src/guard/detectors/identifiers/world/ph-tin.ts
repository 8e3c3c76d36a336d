import type { Identifier } from "../identifier.ts";

/**
 * Tax number of the Philippines. Its check digit is not published.
 * Source: Bureau of Internal Revenue, Revenue Regulations 7-2012: nine digits and a branch of three; none above 500.
 */
export const phTin: Identifier = {
  id: "ph-tin",
  kind: "tax_id",
  lengths: [9, 12],
  form: /^[0-4]\d{2}-?\d{3}-?\d{3}(?:-?\d{3})?$/,
  written: /^[0-4]\d{2}-\d{3}-\d{3}-\d{3}$/,
  label: String.raw`tin|bir|tax(?:payer)?(?: identification)?(?: id)?`,
  standing: "labelled",
};
