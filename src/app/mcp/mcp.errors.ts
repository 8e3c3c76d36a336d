import { defineError } from "../../lib/app-error.ts";

export const originForeign = defineError({ code: "request.origin_foreign", status: 403, message: "The request came from a page of another site." });
export const batchTooLong = defineError({ code: "request.batch_too_long", status: 413, message: "Send at most 20 messages at once." });
