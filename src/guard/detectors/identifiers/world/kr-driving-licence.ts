import type { Identifier } from "../identifier.ts";

/**
 * Driving licence of South Korea. Its check digits are not published.
 * Source: Korean National Police Agency: region 11 to 28, year, serial, check digits.
 */
export const krDrivingLicence: Identifier = {
  id: "kr-driving-licence",
  kind: "driver_licence",
  lengths: [12],
  form: /^(?:1[1-9]|2[0-8])-\d{2}-\d{6}-\d{2}$/,
  label: String.raw`driv\p{L}* licen[cs]e|운전면허\p{L}*`,
  standing: "anywhere",
};
