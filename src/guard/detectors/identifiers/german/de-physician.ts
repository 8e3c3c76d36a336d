import { weighted } from "../check-digits.ts";
import type { Identifier } from "../identifier.ts";

const FIELD = /^(?:0[1-9]|[1-6]\d|99)$/;

/**
 * Number of a physician in Germany for life.
 * Source: § 75 Abs. 7 SGB V; Kassenärztliche Bundesvereinigung, "Arztnummern": weights 4 and 9, complement to 10; then two digits of the field.
 */
export const dePhysician: Identifier = {
  id: "de-physician",
  kind: "health_id",
  lengths: [9],
  form: /^\d{9}$/,
  isValid: (digits) => (10 - (weighted(digits, [4, 9, 4, 9, 4, 9]) % 10)) % 10 === digits.charCodeAt(6) - 48 && FIELD.test(digits.slice(7)) && !digits.startsWith("0000000"),
  label: String.raw`lanr|arztnummer|physician`,
  standing: "message",
};
