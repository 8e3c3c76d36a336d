import type { Identifier } from "../identifier.ts";

/**
 * Insured person's number of the German public health insurance.
 * Source: § 290 SGB V; GKV-Spitzenverband, "Aufbau der KVNR": letter as two digits, weights 1 and 2, cross sums, modulo 10.
 */
export const deHealthInsurance: Identifier = {
  id: "de-health-insurance",
  kind: "health_id",
  lengths: [10],
  form: /^[A-Z]\d{9}$/,
  isValid: (text) => {
    const digits = `${String(text.charCodeAt(0) - 64).padStart(2, "0")}${text.slice(1)}`;
    let sum = 0;
    for (let i = 0; i < 10; i += 1) {
      const product = (digits.charCodeAt(i) - 48) * (i % 2 === 0 ? 1 : 2);
      sum += product > 9 ? product - 9 : product;
    }
    return sum % 10 === digits.charCodeAt(10) - 48;
  },
  label: String.raw`kvnr|krankenversich\p{L}*|krankenkasse\p{L}*|versicherten\p{L}*|health insurance`,
  standing: "message",
};
