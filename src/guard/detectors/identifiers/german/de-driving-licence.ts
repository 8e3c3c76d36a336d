import type { Identifier } from "../identifier.ts";

/**
 * Number of a German driving licence. The check character is not asked for: offices use several rules.
 * Source: FeV, Anlage 8: office (letter and two signs), five digits, check character, issue.
 */
export const deDrivingLicence: Identifier = {
  id: "de-driving-licence",
  kind: "driver_licence",
  lengths: [11],
  form: /^[A-Z][A-Z\d]\d{8}[A-Z\d]$/,
  label: String.raw`f(?:ü|ue)hrerschein\p{L}*|fahrerlaubnis\p{L}*|driving licen[cs]e`,
  standing: "message",
};
