import { defineError } from "../../lib/app-error.ts";

export const runUnknown = defineError({ code: "workflows.run_unknown", status: 404, message: "There is no such run." });
export const runNotFailed = defineError({ code: "workflows.run_not_failed", status: 409, message: "Only a failed run can be resumed." });
export const runNotResumable = defineError({ code: "workflows.run_not_resumable", status: 409, message: "This run cannot go on from where it failed." });
export const runContested = defineError({ code: "workflows.run_contested", status: 409, message: "The run was resumed or cancelled by someone else at the same moment; look at it again." });
export const runOver = defineError({ code: "workflows.run_over", status: 409, message: "The run has ended." });
