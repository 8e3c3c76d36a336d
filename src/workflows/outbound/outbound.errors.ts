import { defineError } from "../../lib/app-error.ts";

export const callInterrupted = defineError({ code: "workflows.call_interrupted", status: 503, isRetryable: true, message: "The attempt was given up while it waited for an answer; it is made again." });
