import { z } from "zod";
import type { RedactionOptions } from "./detectors/create-finder.ts";

/**
 * `redaction` in `baton.yaml`: what is hidden from models beside what always is.
 *
 * Shapes: `terms` whole words or phrases, whatever their case and accents; `employees` names as in a directory.
 */
export const redactionSection = z.strictObject({
  /** The company's own words that no model may see: projects, clients, sites. */
  terms: z.array(z.string().trim().min(2).max(200)).max(10_000).default([]),
  /** Names of the people who work here. */
  employees: z.array(z.string().trim().min(2).max(200)).max(100_000).default([]),
  /** Amounts near a word for pay, a loan or the value of a contract. */
  financial_figures: z.boolean().default(false),
  /** Places, organisations, nationalities, dates, ages and links too. */
  details: z.boolean().default(false),
});

export type RedactionSettings = z.infer<typeof redactionSection>;

/** What the redactor is made with. */
export function optionsOf({ terms, employees, financial_figures, details }: RedactionSettings): RedactionOptions {
  return { terms, hidesFinancialFigures: financial_figures, hidesDetails: details, ...(employees.length > 0 ? { directory: () => employees } : {}) };
}
