/** What class of number it is; the placeholder shows it in capitals. */
export type IdentifierKind = "national_id" | "tax_id" | "health_id" | "passport" | "driver_licence" | "bank_account" | "company_id" | "postcode";

/**
 * Where a number counts without a word that says what it is: `anywhere` when its form and check digit hardly ever meet by
 * chance; `message` when it is all that was written, as in an answer; `labelled` never.
 */
export type Standing = "anywhere" | "message" | "labelled";

/**
 * One kind of number that an authority gives out.
 *
 * Shapes: `form` takes the whole number as written, in capitals, separators included; `isValid` the same without separators.
 * `written` is a spelling that nothing else has (groups split by hyphens), and then counts anywhere.
 * Replay: pure, never throws.
 */
export type Identifier = {
  /** Country and name, as `de-tax-id`. */
  id: string;
  kind: IdentifierKind;
  /** How many letters and digits it may have. */
  lengths: readonly number[];
  form: RegExp;
  written?: RegExp;
  /** The check digit and what else must be true; without it the form is all there is. */
  isValid?: (compact: string) => boolean;
  /** What people call it: alternatives of a pattern in lower case. */
  label: string;
  standing: Standing;
};
