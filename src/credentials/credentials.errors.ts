import { defineError } from "../lib/app-error.ts";

export const keyUnknown = defineError({ code: "credentials.key_unknown", status: 500, message: "The master key of a secret is not in the key store." });
export const notReadable = defineError({ code: "credentials.not_readable", status: 500, message: "A secret cannot be read: it was changed, or belongs elsewhere." });
export const keysAway = defineError({ code: "credentials.keys_away", status: 503, isRetryable: true, message: "The key store does not answer." });
export const rotateElsewhere = defineError({ code: "credentials.rotate_elsewhere", status: 409, message: "These master keys are made elsewhere." });
