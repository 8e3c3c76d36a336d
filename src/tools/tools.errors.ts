import { defineError } from "../lib/app-error.ts";

export const toolUnknown = defineError({ code: "tools.unknown", status: 404, message: "There is no such tool." });
/** The system of record gave no usable answer (none at all, 429, 5xx). `details.retryAfterMs` when it said how long. */
export const systemAway = defineError({ code: "tools.system_away", status: 502, message: "The system did not answer." });
/** It answered, and would answer the same again: a refused login, an answer of another shape, a request it does not take. */
export const systemFault = defineError({ code: "tools.system_fault", status: 502, message: "The system did not take the call." });
export const declarationInvalid = defineError({ code: "tools.declaration_invalid", status: 422, message: "A tool's declaration cannot be used." });
export const secretMissing = defineError({ code: "tools.secret_missing", status: 500, message: "A tool needs a secret that is not set." });
