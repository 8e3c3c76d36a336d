import { defineError } from "../lib/app-error.ts";

export const ledgerBroken = defineError({ code: "observe.ledger_broken", status: 503, message: "The ledger's chain does not end where it was signed." });
export const ledgerFileInvalid = defineError({ code: "observe.ledger_file_invalid", status: 400, message: "This is no exported ledger." });
