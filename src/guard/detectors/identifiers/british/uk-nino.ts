import type { Identifier } from "../identifier.ts";

/**
 * National insurance number of the United Kingdom. It has no check digit.
 * Source: HMRC, National Insurance Manual NIM39110: no D, F, I, Q, U, V, no second O, no BG, GB, NK, KN, TN, NT, ZZ, a suffix from A to D.
 */
export const ukNino: Identifier = {
  id: "uk-nino",
  kind: "national_id",
  lengths: [9],
  form: /^(?!BG|GB|NK|KN|TN|NT|ZZ)[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z] ?\d{2} ?\d{2} ?\d{2} ?[A-D]$/,
  label: String.raw`nino?|national insurance|ni (?:number|no)`,
  standing: "anywhere",
};
