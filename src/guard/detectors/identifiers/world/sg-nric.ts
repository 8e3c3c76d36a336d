import type { Identifier } from "../identifier.ts";

/**
 * Identity number of Singapore.
 * Source: Immigration & Checkpoints Authority; weights 2, 7, 6, 5, 4, 3, 2, T and G add 4, M adds 3, modulo 11.
 */
export const sgNric: Identifier = {
  id: "sg-nric",
  kind: "national_id",
  lengths: [9],
  form: /^[STFGM]\d{7}[A-Z]$/,
  label: String.raw`nric|fin`,
  standing: "message",
};
