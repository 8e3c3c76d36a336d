import type { Identifier } from "../identifier.ts";

/**
 * Number of a business in Singapore.
 * Source: Accounting and Corporate Regulatory Authority, UEN formats A and B.
 */
export const sgUen: Identifier = {
  id: "sg-uen",
  kind: "company_id",
  lengths: [9, 10],
  form: /^(?:\d{8}[A-Z]|(?:19|20)\d{7}[A-Z])$/,
  label: String.raw`uen|unique entity`,
  standing: "message",
};
