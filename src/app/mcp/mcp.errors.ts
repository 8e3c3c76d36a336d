import { defineError } from "../../lib/app-error.ts";

export const originForeign = defineError({ code: "request.origin_foreign", status: 403, message: "The request came from a page of another site." });
/** `details.retryAfterS`: seconds until there is something left. */
export const requestsTooMany = defineError({ code: "request.too_many", status: 429, isRetryable: true, message: "Too many requests; wait a moment." });
export const batchTooLong = defineError({ code: "request.batch_too_long", status: 413, message: "Send at most 20 messages at once." });
