import { defineError } from "../../lib/app-error.ts";

export const approvalNotFound = defineError({ code: "workflows.approval_not_found", status: 404, message: "There is no such approval." });
export const approvalNotYours = defineError({ code: "workflows.approval_not_yours", status: 403, message: "This approval is for others to decide." });
export const approvalOver = defineError({ code: "workflows.approval_over", status: 409, message: "This approval can no longer be decided." });
export const approvalMismatch = defineError({ code: "workflows.approval_mismatch", status: 403, message: "The approval does not allow this call." });
