import { defineError } from "../../lib/app-error.ts";

export const approvalNotFound = defineError({ code: "approvals.not_found", status: 404, message: "There is no such approval." });
export const approvalNotYours = defineError({ code: "approvals.not_yours", status: 403, message: "This approval is for others to decide." });
export const approvalOver = defineError({ code: "approvals.over", status: 409, message: "This approval can no longer be decided." });
export const approvalMismatch = defineError({ code: "approvals.mismatch", status: 403, message: "The approval does not allow this call." });
export const approvalNotEditable = defineError({ code: "approvals.not_editable", status: 409, message: "This call cannot be changed here: decline it with a note instead." });
export const editInvalid = defineError({ code: "approvals.edit_invalid", status: 422, message: "The changed call does not fit." });
export const editDenied = defineError({ code: "approvals.edit_denied", status: 403, message: "Policy does not allow the changed call." });
export const handOnImpossible = defineError({ code: "approvals.hand_on_impossible", status: 422, message: "These people cannot decide it together." });
export const deputyUnknown = defineError({ code: "approvals.deputy_unknown", status: 422, message: "Nobody in this installation signs in with that address." });
