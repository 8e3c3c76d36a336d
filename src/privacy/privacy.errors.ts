import { defineError } from "../lib/app-error.ts";

export const noSuchContact = defineError({ code: "privacy.no_such_contact", status: 404, message: "There is no such contact." });
export const noSuchCase = defineError({ code: "privacy.no_such_case", status: 404, message: "There is no such case." });
export const noSuchHold = defineError({ code: "privacy.no_such_hold", status: 404, message: "There is no such hold in force." });
export const alreadyHeld = defineError({ code: "privacy.already_held", status: 409, message: "There is a hold already. Lift it first to give another reason." });
export const exportTooLarge = defineError({ code: "privacy.export_too_large", status: 413, message: "There is too much to give out in one answer: use `baton contact export` on the server." });
export const anchorNotKept = defineError({ code: "privacy.anchor_not_kept", status: 503, isRetryable: true, message: "The ledger's anchor could not be kept outside." });
