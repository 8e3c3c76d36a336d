import type { Identifier } from "../identifier.ts";

/**
 * Postcode of the United Kingdom: about fifteen homes.
 * Source: BS 7666 and Royal Mail, Programmers' Guide to the PAF, letters allowed in each place.
 */
export const ukPostcode: Identifier = {
  id: "uk-postcode",
  kind: "postcode",
  lengths: [5, 6, 7],
  form: /^(?:GIR ?0AA|[A-PR-UWYZ](?:\d[A-HJKPSTUW\d]?|[A-HK-Y]\d[ABEHMNPRVWXY\d]?) ?\d[ABD-HJLNP-UW-Z]{2})$/,
  written: /^(?:[A-PR-UWYZ](?:\d[A-HJKPSTUW\d]?|[A-HK-Y]\d[ABEHMNPRVWXY\d]?) \d[ABD-HJLNP-UW-Z]{2})$/,
  label: String.raw`post ?code|zip`,
  standing: "message",
};
