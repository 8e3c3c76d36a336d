import type { Identifier } from "../identifier.ts";

/**
 * Goods and services tax number of India: state, PAN, entity, Z, check character. The form is enough: test numbers with a wrong check character are common.
 * Source: GST Network, structure of the GSTIN; state codes 01 to 37.
 */
export const inGstin: Identifier = {
  id: "in-gstin",
  kind: "tax_id",
  lengths: [15],
  form: /^(?:0[1-9]|[12]\d|3[0-7])[A-Z]{5}\d{4}[A-Z][A-Z\d]Z[A-Z\d]$/,
  label: String.raw`gst(?:in)?|goods and services`,
  standing: "anywhere",
};
