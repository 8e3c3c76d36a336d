import type { Identifier } from "../identifier.ts";

/**
 * Beneficiary number of Medicare in the United States. It has no check digit.
 * Source: Centers for Medicare & Medicaid Services, "Understanding the Medicare Beneficiary Identifier Format": no S, L, O, I, B, Z.
 */
export const usMedicare: Identifier = {
  id: "us-medicare",
  kind: "health_id",
  lengths: [11],
  form: /^[1-9][AC-HJKMNP-RT-Y][AC-HJKMNP-RT-Y\d]\d-?[AC-HJKMNP-RT-Y][AC-HJKMNP-RT-Y\d]\d-?[AC-HJKMNP-RT-Y]{2}\d{2}$/,
  label: String.raw`mbi|medicare|beneficiary`,
  standing: "anywhere",
};
