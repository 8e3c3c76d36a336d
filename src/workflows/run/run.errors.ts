import { defineError } from "../../lib/app-error.ts";

export const runUnknown = defineError({ code: "workflows.run_unknown", status: 404, message: "There is no such run." });
export const runNotFailed = defineError({ code: "workflows.run_not_failed", status: 409, message: "Only a failed run can be resumed." });
export const runNotResumable = defineError({ code: "workflows.run_not_resumable", status: 409, message: "This run cannot go on from where it failed." });
export const runOver = defineError({ code: "workflows.run_over", status: 409, message: "The run has ended." });
