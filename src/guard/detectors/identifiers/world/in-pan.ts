import type { Identifier } from "../identifier.ts";

/**
 * Permanent account number of India. The rule of its last letter is not published.
 * Source: Income Tax Department, Rule 114: the fourth letter names the kind of holder.
 */
export const inPan: Identifier = {
  id: "in-pan",
  kind: "tax_id",
  lengths: [10],
  form: /^[A-Z]{5}\d{4}[A-Z]$/,
  label: String.raw`pan|permanent account`,
  standing: "anywhere",
};
